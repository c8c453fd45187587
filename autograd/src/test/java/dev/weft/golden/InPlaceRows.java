package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Methods that change their receiver. */
final class InPlaceRows {

  private InPlaceRows() {}

  static void addTo(Rows rows) {
    rows.inPlace("torch.Tensor.add_", (x, a) -> add(x, a, 1));
    rows.inPlace(
        "torch.Tensor.addcdiv_",
        (x, a) -> x.addcdivInPlace(a.tensor("tensor1"), a.tensor("tensor2"), a.number("value", 1)));
    rows.inPlace(
        "torch.Tensor.addcmul_",
        (x, a) -> x.addcmulInPlace(a.tensor("tensor1"), a.tensor("tensor2"), a.number("value", 1)));
    rows.inPlace(
        "torch.Tensor.clamp_",
        (x, a) ->
            x.clampInPlace(
                a.number("min", Double.NEGATIVE_INFINITY),
                a.number("max", Double.POSITIVE_INFINITY)));
    rows.inPlace("torch.Tensor.clamp_min_", (x, a) -> x.clampMinInPlace(a.number("min")));
    rows.inPlace("torch.Tensor.copy_", (x, a) -> x.copyFrom(a.tensor("src")));
    rows.inPlace("torch.Tensor.div_", InPlaceRows::div);
    rows.inPlace("torch.Tensor.exp_", (x, _) -> x.expInPlace());
    rows.inPlace("torch.Tensor.fill_", (x, a) -> x.fillInPlace(a.number("value")));
    rows.inPlace(
        "torch.Tensor.index_add_",
        (x, a) -> x.indexAddInPlace(a.dim("dim"), a.tensor("index"), a.scaled(a.tensor("source"))));
    rows.inPlace("torch.Tensor.lerp_", InPlaceRows::lerp);
    rows.inPlace(
        "torch.Tensor.masked_fill_",
        (x, a) -> x.maskedFillInPlace(a.tensor("mask"), a.number("value")));
    rows.inPlace("torch.Tensor.mul_", InPlaceRows::mul);
    rows.inPlace("torch.Tensor.neg_", (x, _) -> x.negInPlace());
    rows.inPlace("torch.Tensor.pow_", InPlaceRows::pow);
    rows.inPlace("torch.Tensor.relu_", (x, _) -> x.reluInPlace());
    rows.inPlace(
        "torch.Tensor.scatter_add_",
        (x, a) -> x.scatterAddInPlace(a.dim("dim"), a.tensor("index"), a.tensor("src")));
    rows.inPlace("torch.Tensor.sqrt_", (x, _) -> x.sqrtInPlace());
    rows.inPlace("torch.Tensor.sub_", (x, a) -> add(x, a, -1));
    rows.inPlace("torch.Tensor.zero_", (x, _) -> x.zeroInPlace());
  }

  /** x ± α other. */
  private static void add(Tensor x, Arguments a, int sign) {
    if (!(a.get("other") instanceof Tensor other)) {
      x.addInPlace(sign * a.number("alpha", 1) * a.number("other"));
    } else if (sign > 0) {
      x.addInPlace(a.scaled(other));
    } else {
      x.subInPlace(a.scaled(other));
    }
  }

  private static void mul(Tensor x, Arguments a) {
    if (a.get("other") instanceof Tensor other) {
      x.mulInPlace(other);
    } else {
      x.mulInPlace(a.number("other"));
    }
  }

  private static void div(Tensor x, Arguments a) {
    if (a.get("other") instanceof Tensor other) {
      x.divInPlace(other);
    } else {
      x.divInPlace(a.number("other"));
    }
  }

  private static void pow(Tensor x, Arguments a) {
    if (a.get("exponent") instanceof Tensor exponent) {
      x.powInPlace(exponent);
    } else {
      x.powInPlace(a.number("exponent"));
    }
  }

  private static void lerp(Tensor x, Arguments a) {
    if (a.get("weight") instanceof Tensor weight) {
      x.lerpInPlace(a.tensor("end"), weight);
    } else {
      x.lerpInPlace(a.tensor("end"), a.number("weight"));
    }
  }
}
