package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Methods that change their receiver. */
final class InPlaceRows {

  private InPlaceRows() {}

  static void addTo(Rows rows) {
    rows.inPlace("torch.Tensor.add_", InPlaceRows::addInPlace);
    rows.inPlace(
        "torch.Tensor.addcdiv_",
        (x, a) -> x.addcdivInPlace(a.tensor("tensor1"), a.tensor("tensor2"), a.number("value", 1)));
    rows.inPlace(
        "torch.Tensor.addcmul_",
        (x, a) -> x.addcmulInPlace(a.tensor("tensor1"), a.tensor("tensor2"), a.number("value", 1)));
    rows.inPlace("torch.Tensor.clamp_", (x, a) -> x.clampInPlace(a.number("min"), a.number("max")));
    rows.inPlace("torch.Tensor.clamp_min_", (x, a) -> x.clampMinInPlace(a.number("min")));
    rows.inPlace("torch.Tensor.copy_", (x, a) -> x.copyFrom(a.tensor("src")));
    rows.inPlace("torch.Tensor.div_", (x, a) -> x.divInPlace(a.other()));
    rows.inPlace("torch.Tensor.exp_", (x, _) -> x.expInPlace());
    rows.inPlace("torch.Tensor.fill_", (x, a) -> x.fillInPlace(a.number("value")));
    rows.inPlace(
        "torch.Tensor.index_add_",
        (x, a) -> x.indexAddInPlace(a.dim("dim"), a.tensor("index"), a.tensor("source")));
    rows.inPlace(
        "torch.Tensor.lerp_", (x, a) -> x.lerpInPlace(a.tensor("end"), a.number("weight")));
    rows.inPlace(
        "torch.Tensor.masked_fill_",
        (x, a) -> x.maskedFillInPlace(a.tensor("mask"), a.number("value")));
    rows.inPlace("torch.Tensor.mul_", (x, a) -> x.mulInPlace(a.other()));
    rows.inPlace("torch.Tensor.neg_", (x, _) -> x.negInPlace());
    rows.inPlace("torch.Tensor.pow_", (x, a) -> x.powInPlace(a.number("exponent")));
    rows.inPlace("torch.Tensor.relu_", (x, _) -> x.reluInPlace());
    rows.inPlace(
        "torch.Tensor.scatter_add_",
        (x, a) -> x.scatterAddInPlace(a.dim("dim"), a.tensor("index"), a.tensor("src")));
    rows.inPlace("torch.Tensor.sqrt_", (x, _) -> x.sqrtInPlace());
    rows.inPlace("torch.Tensor.sub_", (x, a) -> x.subInPlace(a.number("other")));
    rows.inPlace("torch.Tensor.zero_", (x, _) -> x.zeroInPlace());
  }

  private static void addInPlace(Tensor x, Arguments a) {
    if (a.get("other") instanceof Tensor other) {
      x.addInPlace(other);
    } else {
      x.addInPlace(a.number("other"));
    }
  }
}
