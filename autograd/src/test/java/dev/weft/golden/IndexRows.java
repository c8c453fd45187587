package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Elements by index. */
final class IndexRows {

  private IndexRows() {}

  static void addTo(Rows rows) {
    rows.one("torch.gather", a -> a.input().gather(a.dim("dim"), a.tensor("index")));
    rows.one(
        "torch.index_add",
        a -> a.input().indexAdd(a.dim("dim"), a.tensor("index"), a.scaled(a.tensor("source"))));
    rows.one("torch.index_select", a -> a.input().indexSelect(a.dim("dim"), a.tensor("index")));
    rows.one(
        "torch.scatter",
        a ->
            a.get("src") instanceof Tensor source
                ? a.input().scatter(a.dim("dim"), a.tensor("index"), source)
                : a.input().scatter(a.dim("dim"), a.tensor("index"), a.number("src")));
    rows.one(
        "torch.scatter_add",
        a -> a.input().scatterAdd(a.dim("dim"), a.tensor("index"), a.tensor("src")));
    rows.one("torch.take", a -> a.input().take(a.tensor("index")));
  }
}
