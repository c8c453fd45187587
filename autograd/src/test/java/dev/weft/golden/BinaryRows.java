package dev.weft.golden;

import dev.weft.engine.Tensor;

/** Elementwise functions of two tensors, or of a tensor and a number. */
final class BinaryRows {

  private BinaryRows() {}

  static void addTo(Rows rows) {
    rows.binary("torch.add", Tensor::add, Tensor::add, Tensor::add);
    rows.binary("torch.sub", Tensor::sub, Tensor::sub, Tensor::sub);
    rows.binary("torch.mul", Tensor::mul, Tensor::mul, Tensor::mul);
    rows.binary("torch.div", Tensor::div, Tensor::div, Tensor::div);
    rows.binary("torch.fmod", Tensor::fmod, Tensor::fmod, Tensor::fmod);
    rows.binary("torch.remainder", Tensor::remainder, Tensor::remainder, Tensor::remainder);
    rows.binary(
        "torch.floor_divide", Tensor::floorDivide, Tensor::floorDivide, Tensor::floorDivide);
    rows.binary("torch.true_divide", Tensor::div, Tensor::div, Tensor::div);
    rows.one("torch.pow", BinaryRows::pow);
    rows.binary("torch.atan2", Tensor::atan2);
    rows.binary("torch.maximum", Tensor::maximum);
    rows.binary("torch.minimum", Tensor::minimum);
  }

  private static Tensor pow(Arguments a) {
    if (a.get("input") instanceof Number base) {
      return a.tensor("exponent").rpow(base.doubleValue());
    }
    return switch (a.get("exponent")) {
      case Tensor y -> a.input().pow(y);
      case Long y -> a.input().pow(y);
      case Object y -> a.input().pow((Double) y);
    };
  }
}
