package dev.weft.golden;

import dev.weft.engine.Shape;
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
    rows.binary("torch.bitwise_and", Tensor::bitwiseAnd, Tensor::bitwiseAnd, CompareRows::noDouble);
    rows.binary("torch.bitwise_or", Tensor::bitwiseOr, Tensor::bitwiseOr, CompareRows::noDouble);
    rows.binary("torch.bitwise_xor", Tensor::bitwiseXor, Tensor::bitwiseXor, CompareRows::noDouble);
    rows.binary("torch.logical_and", Tensor::logicalAnd);
    rows.binary("torch.logical_or", Tensor::logicalOr);
    rows.binary("torch.logical_xor", Tensor::logicalXor);
    rows.one("torch.allclose", a -> bool(a.input().allclose(a.other(), rtol(a), atol(a), nan(a))));
    rows.binary(
        "torch.bitwise_left_shift",
        Tensor::bitwiseLeftShift,
        Tensor::bitwiseLeftShift,
        CompareRows::noDouble);
    rows.unary("torch.bitwise_not", Tensor::bitwiseNot);
    rows.binary(
        "torch.bitwise_right_shift",
        Tensor::bitwiseRightShift,
        Tensor::bitwiseRightShift,
        CompareRows::noDouble);
    rows.one("torch.clamp", CompareRows::clamp);
    rows.one("torch.clamp_max", CompareRows::clamp);
    rows.one("torch.clamp_min", CompareRows::clamp);
    rows.one("torch.equal", a -> bool(a.input().equal(a.other())));
    rows.one("torch.isclose", a -> a.input().isclose(a.other(), rtol(a), atol(a), nan(a)));
    rows.unary("torch.logical_not", Tensor::logicalNot);
    rows.one("torch.where", CompareRows::where);
  }

  private static Tensor noDouble(Tensor x, double y) {
    throw new IllegalArgumentException(x.spec() + " and " + y + ": a number has no bits");
  }

  private static Tensor bool(boolean value) {
    return Tensor.of(value).reshape(Shape.SCALAR);
  }

  private static double rtol(Arguments a) {
    return a.number("rtol", 1e-5);
  }

  private static double atol(Arguments a) {
    return a.number("atol", 1e-8);
  }

  private static boolean nan(Arguments a) {
    return a.flag("equal_nan", false);
  }

  private static Tensor clamp(Arguments a) {
    if (!a.has("min") && !a.has("max")) {
      throw new IllegalArgumentException("clamp: a call without bounds does not compile");
    }
    Tensor x = a.input();
    if (a.has("min") && a.get("min") instanceof Tensor low) {
      x = x.clampMin(low);
      return a.has("max") ? x.clampMax(a.tensor("max")) : x;
    }
    if (a.has("max") && a.get("max") instanceof Tensor high) {
      return x.clampMax(high);
    }
    return x.clamp(
        a.number("min", Double.NEGATIVE_INFINITY), a.number("max", Double.POSITIVE_INFINITY));
  }

  private static Tensor where(Arguments a) {
    Tensor condition = a.tensor("condition");
    if (!(a.get("input") instanceof Tensor x)) {
      return condition.where(a.number("input"), a.other());
    }
    return a.get("other") instanceof Tensor y
        ? condition.where(x, y)
        : condition.where(x, a.number("other"));
  }
}
