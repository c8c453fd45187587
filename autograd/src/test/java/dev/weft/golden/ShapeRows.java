package dev.weft.golden;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.engine.Tensor;
import java.util.List;

/** Views, joins and copies. */
final class ShapeRows {

  private ShapeRows() {}

  static void addTo(Rows rows) {
    rows.one(
        "torch.as_strided",
        a ->
            a.input()
                .asStrided(a.wholes("size"), a.wholes("stride"), a.whole("storage_offset", 0)));
    rows.one("torch.broadcast_to", a -> a.input().expand(a.wholes("size")));
    rows.one("torch.cat", a -> Tensor.cat(a.list("tensors"), a.dim("dim", 0)));
    rows.many("torch.chunk", a -> a.input().chunk(a.dim("chunks"), a.dim("dim", 0)));
    rows.unary("torch.clone", Tensor::copy);
    rows.one("torch.flatten", a -> a.input().flatten(a.dim("start_dim", 0), a.dim("end_dim", -1)));
    rows.one(
        "torch.narrow", a -> a.input().narrow(a.dim("dim"), a.whole("start"), a.whole("length")));
    rows.one("torch.permute", a -> a.input().permute(a.ints("dims")));
    rows.unary("torch.ravel", Tensor::flatten);
    rows.one("torch.reshape", a -> a.input().reshape(a.wholes("shape")));
    rows.one("torch.select", a -> a.input().select(a.dim("dim"), a.whole("index")));
    rows.many("torch.split", ShapeRows::split);
    rows.one(
        "torch.squeeze", a -> a.has("dim") ? a.input().squeeze(a.dim("dim")) : a.input().squeeze());
    rows.one("torch.stack", a -> Tensor.stack(a.list("tensors"), a.dim("dim", 0)));
    rows.one("torch.swapaxes", a -> a.input().transpose(a.dim("axis0"), a.dim("axis1")));
    rows.unary("torch.t", Tensor::t);
    rows.unary("torch.Tensor.contiguous", Tensor::contiguous);
    rows.one("torch.Tensor.expand", a -> a.input().expand(a.wholes("size")));
    rows.one("torch.Tensor.view", a -> a.input().view(a.wholes("size")));
    rows.one("torch.transpose", a -> a.input().transpose(a.dim("dim0"), a.dim("dim1")));
    rows.many("torch.unbind", a -> a.input().unbind(a.dim("dim", 0)));
    rows.one("torch.unsqueeze", a -> a.input().unsqueeze(a.dim("dim")));
  }

  private static List<Tensor> split(Arguments a) {
    return a.get("split_size_or_sections") instanceof Long size
        ? a.tensor("tensor").split(size, a.dim("dim", 0))
        : abort("there is no split with sections");
  }
}
