package dev.weft.golden;

import dev.weft.engine.Rounding;
import dev.weft.engine.Tensor;
import java.util.Locale;

/** Elementwise functions of two tensors, or of a tensor and a number. */
final class BinaryRows {

  private BinaryRows() {}

  static void addTo(Rows rows) {
    rows.binary("torch.add", Tensor::add, Tensor::add, Tensor::add);
    rows.binary("torch.sub", Tensor::sub, Tensor::sub, Tensor::sub);
    rows.binary("torch.mul", Tensor::mul, Tensor::mul, Tensor::mul);
    rows.one("torch.div", BinaryRows::div);
    rows.binary("torch.fmod", Tensor::fmod, Tensor::fmod, Tensor::fmod);
    rows.binary("torch.remainder", Tensor::remainder, Tensor::remainder, Tensor::remainder);
    rows.binary(
        "torch.floor_divide", Tensor::floorDivide, Tensor::floorDivide, Tensor::floorDivide);
    rows.binary("torch.true_divide", Tensor::div, Tensor::div, Tensor::div);
    rows.one("torch.pow", BinaryRows::pow);
    rows.one("torch.addcdiv", BinaryRows::addcdiv);
    rows.one("torch.addcmul", BinaryRows::addcmul);
    rows.binary("torch.atan2", Tensor::atan2);
    rows.one(
        "torch.copysign",
        a ->
            a.get("other") instanceof Tensor y
                ? a.input().copysign(y)
                : a.input().copysign(a.number("other")));
    rows.one("torch.dist", a -> a.input().dist(a.other(), a.number("p", 2)));
    rows.one("torch.float_power", BinaryRows::floatPower);
    rows.binary("torch.fmax", Tensor::fmax);
    rows.binary("torch.fmin", Tensor::fmin);
    rows.binary("torch.gcd", Tensor::gcd);
    rows.one("torch.heaviside", a -> a.input().heaviside(a.tensor("values")));
    rows.binary("torch.hypot", Tensor::hypot);
    rows.binary("torch.lcm", Tensor::lcm);
    rows.binary("torch.ldexp", Tensor::ldexp);
    rows.one("torch.lerp", BinaryRows::lerp);
    rows.binary("torch.logaddexp", Tensor::logaddexp);
    rows.binary("torch.logaddexp2", Tensor::logaddexp2);
    rows.binary("torch.maximum", Tensor::maximum);
    rows.binary("torch.minimum", Tensor::minimum);
    rows.binary("torch.nextafter", Tensor::nextafter);
    rows.one("torch.rsub", BinaryRows::rsub);
    rows.one("torch.xlogy", BinaryRows::xlogy);
  }

  private static Tensor div(Arguments a) {
    if (!a.has("rounding_mode")) {
      return switch (a.get("other")) {
        case Tensor y -> a.input().div(y);
        case Long y -> a.input().div(y);
        case Object y -> a.input().div((Double) y);
      };
    }
    Rounding rounding = Rounding.valueOf(a.text("rounding_mode", "").toUpperCase(Locale.ROOT));
    return switch (a.get("other")) {
      case Tensor y -> a.input().div(y, rounding);
      case Long y -> a.input().div(y, rounding);
      case Object y -> a.input().div((Double) y, rounding);
    };
  }

  private static Tensor rsub(Arguments a) {
    Tensor x = a.scaled(a.input());
    return switch (a.get("other")) {
      case Tensor y -> x.rsub(y);
      case Long y -> x.rsub(y);
      case Object y -> x.rsub((Double) y);
    };
  }

  private static Tensor addcmul(Arguments a) {
    return a.has("value")
        ? a.input().addcmul(a.tensor("tensor1"), a.tensor("tensor2"), a.number("value"))
        : a.input().addcmul(a.tensor("tensor1"), a.tensor("tensor2"));
  }

  private static Tensor addcdiv(Arguments a) {
    return a.input().addcdiv(a.tensor("tensor1"), a.tensor("tensor2"), a.number("value", 1));
  }

  private static Tensor floatPower(Arguments a) {
    return a.get("exponent") instanceof Tensor y
        ? a.input().floatPower(y)
        : a.input().floatPower(a.number("exponent"));
  }

  private static Tensor lerp(Arguments a) {
    return a.get("weight") instanceof Tensor weight
        ? a.input().lerp(a.tensor("end"), weight)
        : a.input().lerp(a.tensor("end"), a.number("weight"));
  }

  private static Tensor xlogy(Arguments a) {
    return a.get("other") instanceof Tensor y
        ? a.input().xlogy(y)
        : a.input().xlogy(a.number("other"));
  }

  private static Tensor pow(Arguments a) {
    if (a.get("input") instanceof Long base) {
      return a.tensor("exponent").rpow(base);
    }
    if (a.get("input") instanceof Double base) {
      return a.tensor("exponent").rpow(base);
    }
    return switch (a.get("exponent")) {
      case Tensor y -> a.input().pow(y);
      case Long y -> a.input().pow(y);
      case Object y -> a.input().pow((Double) y);
    };
  }
}
