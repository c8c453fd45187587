package dev.weft.golden;

import dev.weft.engine.Index;
import dev.weft.engine.ScatterReduction;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Elements by index and by condition. */
final class IndexRows {

  private IndexRows() {}

  static void addTo(Rows rows) {
    addSlices(rows);
    addElements(rows);
    addScatters(rows);
    addMasks(rows);
    rows.one("torch.Tensor.__getitem__", a -> a.input().get(indices(a)));
    rows.inPlace("torch.Tensor.__setitem__", IndexRows::set);
    rows.one(
        "torch.Tensor.index_put",
        a -> a.input().indexPut(a.tensor("values"), a.flag("accumulate", false), indices(a)));
  }

  private static void set(Tensor x, Arguments a) {
    if (a.get("value") instanceof Tensor value) {
      x.set(value, indices(a));
    } else {
      x.set(a.number("value"), indices(a));
    }
  }

  private static Index[] indices(Arguments a) {
    return ((List<?>) a.get("indices")).toArray(Index[]::new);
  }

  private static void addSlices(Rows rows) {
    rows.one(
        "torch.diagonal_scatter",
        a ->
            a.input()
                .diagonalScatter(
                    a.tensor("src"), a.whole("offset", 0), a.dim("dim1", 0), a.dim("dim2", 1)));
    rows.one(
        "torch.index_add",
        a -> a.input().indexAdd(a.dim("dim"), a.tensor("index"), a.scaled(a.tensor("source"))));
    rows.one(
        "torch.index_copy",
        a -> a.input().indexCopy(a.dim("dim"), a.tensor("index"), a.tensor("source")));
    rows.one(
        "torch.index_fill",
        a ->
            a.get("value") instanceof Tensor value
                ? a.input().indexFill(a.dim("dim"), a.tensor("index"), value)
                : a.input().indexFill(a.dim("dim"), a.tensor("index"), a.number("value")));
    rows.one("torch.index_select", a -> a.input().indexSelect(a.dim("dim"), a.tensor("index")));
    rows.one(
        "torch.select_scatter",
        a -> a.input().selectScatter(a.tensor("src"), a.dim("dim"), a.whole("index")));
    rows.one(
        "torch.slice_scatter",
        a ->
            a.input()
                .sliceScatter(
                    a.tensor("src"),
                    a.dim("dim", 0),
                    a.whole("start", 0),
                    a.whole("end", Long.MAX_VALUE),
                    a.whole("step", 1)));
  }

  private static void addElements(Rows rows) {
    rows.one("torch.gather", a -> a.input().gather(a.dim("dim"), a.tensor("index")));
    rows.one("torch.take", a -> a.input().take(a.tensor("index")));
    rows.one(
        "torch.take_along_dim",
        a ->
            a.has("dim")
                ? a.input().takeAlongDim(a.tensor("indices"), a.dim("dim"))
                : a.input().takeAlongDim(a.tensor("indices")));
    rows.one(
        "torch.Tensor.put",
        a -> a.input().put(a.tensor("index"), a.tensor("source"), a.flag("accumulate", false)));
  }

  private static void addScatters(Rows rows) {
    rows.one(
        "torch.scatter",
        a ->
            a.get("src") instanceof Tensor source
                ? a.input().scatter(a.dim("dim"), a.tensor("index"), source)
                : a.input().scatter(a.dim("dim"), a.tensor("index"), a.number("src")));
    rows.one(
        "torch.scatter_add",
        a -> a.input().scatterAdd(a.dim("dim"), a.tensor("index"), a.tensor("src")));
    rows.one(
        "torch.scatter_reduce",
        a ->
            a.input()
                .scatterReduce(
                    a.dim("dim"),
                    a.tensor("index"),
                    a.tensor("src"),
                    ScatterReduction.valueOf(a.text("reduce", "").toUpperCase(Locale.ROOT)),
                    a.flag("include_self", true)));
  }

  private static void addMasks(Rows rows) {
    rows.unary("torch.argwhere", Tensor::argwhere);
    rows.one(
        "torch.masked_fill",
        a ->
            a.get("value") instanceof Tensor value
                ? a.input().maskedFill(a.tensor("mask"), value)
                : a.input().maskedFill(a.tensor("mask"), a.number("value")));
    rows.one("torch.masked_select", a -> a.input().maskedSelect(a.tensor("mask")));
    rows.unary("torch.nonzero", Tensor::nonzero);
    rows.one(
        "torch.Tensor.masked_scatter",
        a -> a.input().maskedScatter(a.tensor("mask"), a.tensor("source")));
  }

  /** What the manifest's {@code index} lists: positions, slices, tensors, "..." and null. */
  static List<Index> read(Json list, java.util.Map<String, Tensor> tensors) {
    var indices = new ArrayList<Index>();
    for (Json item : list) {
      indices.add(
          switch (item) {
            case Json.Num number -> Index.at(number.longValue());
            case Json.Null _ -> Index.newAxis();
            case Json.Text _ -> Index.ellipsis();
            case Json.Obj object when object.has("tensor") ->
                tensors.get(object.get("tensor").text());
            default -> {
              Json slice = item.get("slice");
              yield Index.range(
                  bound(slice.get(0), 0),
                  bound(slice.get(1), Long.MAX_VALUE),
                  bound(slice.get(2), 1));
            }
          });
    }
    return indices;
  }

  private static long bound(Json value, long otherwise) {
    return value.isNull() ? otherwise : value.longValue();
  }
}
