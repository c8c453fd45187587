package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Comparisons, logic and choices. */
final class CompareRows {

  private CompareRows() {}

  static void addTo(Rows rows) {
    rows.binary("torch.eq", Tensor::eq, Tensor::eq, Tensor::eq);
    rows.binary("torch.ne", Tensor::ne, Tensor::ne, Tensor::ne);
    rows.binary("torch.lt", Tensor::lt, Tensor::lt, Tensor::lt);
    rows.binary("torch.le", Tensor::le, Tensor::le, Tensor::le);
    rows.binary("torch.gt", Tensor::gt, Tensor::gt, Tensor::gt);
    rows.binary("torch.ge", Tensor::ge, Tensor::ge, Tensor::ge);
    rows.binary("torch.bitwise_and", Tensor::bitwiseAnd);
    rows.binary("torch.bitwise_or", Tensor::bitwiseOr);
    rows.binary("torch.bitwise_xor", Tensor::bitwiseXor);
    rows.binary("torch.logical_and", Tensor::logicalAnd);
    rows.binary("torch.logical_or", Tensor::logicalOr);
    rows.binary("torch.logical_xor", Tensor::logicalXor);
    rows.one(
        "torch.clamp",
        a ->
            a.input()
                .clamp(
                    a.number("min", Double.NEGATIVE_INFINITY),
                    a.number("max", Double.POSITIVE_INFINITY)));
    rows.one("torch.where", a -> a.tensor("condition").where(a.input(), a.other()));
  }
}
