package dev.weft.golden;

import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Locale;

/** Views, joins and copies. */
final class ShapeRows {

  private ShapeRows() {}

  static void addTo(Rows rows) {
    addViews(rows);
    addPieces(rows);
    addJoins(rows);
    addCopies(rows);
  }

  private static void addViews(Rows rows) {
    rows.one(
        "torch.as_strided",
        a ->
            a.input()
                .asStrided(a.wholes("size"), a.wholes("stride"), a.whole("storage_offset", 0)));
    rows.unary("torch.atleast_1d", Tensor::atleast1d);
    rows.unary("torch.atleast_2d", Tensor::atleast2d);
    rows.unary("torch.atleast_3d", Tensor::atleast3d);
    rows.one("torch.broadcast_to", a -> a.input().broadcastTo(a.wholes("size")));
    rows.one(
        "torch.diagonal",
        a -> a.input().diagonal(a.whole("offset", 0), a.dim("dim1", 0), a.dim("dim2", 1)));
    rows.one("torch.flatten", a -> a.input().flatten(a.dim("start_dim", 0), a.dim("end_dim", -1)));
    rows.one("torch.movedim", a -> a.input().movedim(a.ints("source"), a.ints("destination")));
    rows.one(
        "torch.narrow", a -> a.input().narrow(a.dim("dim"), a.whole("start"), a.whole("length")));
    rows.one("torch.permute", a -> a.input().permute(a.ints("dims")));
    rows.unary("torch.ravel", Tensor::ravel);
    rows.one("torch.reshape", a -> a.input().reshape(a.wholes("shape")));
    rows.one("torch.select", a -> a.input().select(a.dim("dim"), a.whole("index")));
    rows.one(
        "torch.squeeze", a -> a.has("dim") ? a.input().squeeze(a.dim("dim")) : a.input().squeeze());
    rows.one("torch.swapaxes", a -> a.input().swapaxes(a.dim("axis0"), a.dim("axis1")));
    rows.unary("torch.t", Tensor::t);
    rows.one("torch.Tensor.expand", a -> a.input().expand(a.wholes("size")));
    rows.binary("torch.Tensor.expand_as", Tensor::expandAs);
    rows.unary("torch.Tensor.mT", Tensor::mT);
    rows.unary("torch.Tensor.T", Tensor::t);
    rows.one("torch.Tensor.unflatten", a -> a.input().unflatten(a.dim("dim"), a.wholes("sizes")));
    rows.one(
        "torch.Tensor.unfold",
        a -> a.input().unfold(a.dim("dimension"), a.whole("size"), a.whole("step")));
    rows.one("torch.Tensor.view", a -> a.input().view(a.wholes("size")));
    rows.binary("torch.Tensor.view_as", Tensor::viewAs);
    rows.one("torch.transpose", a -> a.input().transpose(a.dim("dim0"), a.dim("dim1")));
    rows.one("torch.unsqueeze", a -> a.input().unsqueeze(a.dim("dim")));
  }

  private static void addPieces(Rows rows) {
    rows.many("torch.chunk", a -> a.input().chunk(a.dim("chunks"), a.dim("dim", 0)));
    rows.many("torch.split", ShapeRows::split);
    rows.many("torch.tensor_split", ShapeRows::tensorSplit);
    rows.many("torch.unbind", a -> a.input().unbind(a.dim("dim", 0)));
  }

  private static List<Tensor> split(Arguments a) {
    return a.get("split_size_or_sections") instanceof Long size
        ? a.tensor("tensor").split(size, a.dim("dim", 0))
        : a.tensor("tensor").split(a.wholes("split_size_or_sections"), a.dim("dim", 0));
  }

  private static List<Tensor> tensorSplit(Arguments a) {
    return a.get("indices_or_sections") instanceof Long
        ? a.input().tensorSplit(a.dim("indices_or_sections"), a.dim("dim", 0))
        : a.input().tensorSplit(a.wholes("indices_or_sections"), a.dim("dim", 0));
  }

  private static void addJoins(Rows rows) {
    rows.one("torch.block_diag", a -> Tensor.blockDiag(a.list("tensors")));
    rows.many("torch.broadcast_tensors", a -> Tensor.broadcastTensors(a.list("tensors")));
    rows.one("torch.cartesian_prod", a -> Tensor.cartesianProd(a.list("tensors")));
    rows.one("torch.cat", a -> Tensor.cat(a.list("tensors"), a.dim("dim", 0)));
    rows.one("torch.column_stack", a -> Tensor.columnStack(a.list("tensors")));
    rows.one("torch.dstack", a -> Tensor.dstack(a.list("tensors")));
    rows.one("torch.hstack", a -> Tensor.hstack(a.list("tensors")));
    rows.many(
        "torch.meshgrid",
        a ->
            Tensor.meshgrid(
                a.list("tensors"),
                Tensor.Indexing.valueOf(a.text("indexing", "ij").toUpperCase(Locale.ROOT))));
    rows.one("torch.stack", a -> Tensor.stack(a.list("tensors"), a.dim("dim", 0)));
    rows.one("torch.vstack", a -> Tensor.vstack(a.list("tensors")));
  }

  private static void addCopies(Rows rows) {
    rows.unary("torch.clone", Tensor::copy);
    rows.one(
        "torch.combinations",
        a -> a.input().combinations(a.dim("r", 2), a.flag("with_replacement", false)));
    rows.one("torch.diag", a -> a.input().diag(a.whole("diagonal", 0)));
    rows.one(
        "torch.diag_embed",
        a -> a.input().diagEmbed(a.whole("offset", 0), a.dim("dim1", -2), a.dim("dim2", -1)));
    rows.one("torch.diagflat", a -> a.input().diagflat(a.whole("offset", 0)));
    rows.one("torch.flip", a -> a.input().flip(a.ints("dims")));
    rows.unary("torch.fliplr", Tensor::fliplr);
    rows.unary("torch.flipud", Tensor::flipud);
    rows.one("torch.repeat_interleave", ShapeRows::repeatInterleave);
    rows.one(
        "torch.roll",
        a ->
            a.has("dims")
                ? a.input().roll(a.wholes("shifts"), a.ints("dims"))
                : a.input().roll(a.whole("shifts")));
    rows.one("torch.rot90", a -> a.input().rot90(a.dim("k"), a.ints("dims")[0], a.ints("dims")[1]));
    rows.unary("torch.Tensor.contiguous", Tensor::contiguous);
    rows.one("torch.Tensor.repeat", a -> a.input().repeat(a.wholes("sizes")));
    rows.one("torch.tile", a -> a.input().tile(a.wholes("dims")));
    rows.one("torch.tril", a -> a.input().tril(a.whole("diagonal", 0)));
    rows.one("torch.triu", a -> a.input().triu(a.whole("diagonal", 0)));
  }

  private static Tensor repeatInterleave(Arguments a) {
    Tensor x = a.has("dim") ? a.input() : a.input().flatten();
    int dim = a.dim("dim", 0);
    return a.get("repeats") instanceof Tensor repeats
        ? x.repeatInterleave(repeats, dim)
        : x.repeatInterleave(a.whole("repeats"), dim);
  }
}
