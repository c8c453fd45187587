package dev.weft.engine;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.Where;

/**
 * Comparisons, logic, bits and choices of {@link Tensor}, elementwise. Two tensors are broadcast to
 * one shape and promoted to one dtype.
 */
public sealed interface CompareOps permits Tensor {

  /** Whether each element is NaN. See {@link Unary#ISNAN}. */
  default Tensor isnan() {
    return Operands.unary(Unary.ISNAN, (Tensor) this);
  }

  /** Whether each element is infinite. See {@link Unary#ISINF}. */
  default Tensor isinf() {
    return Operands.unary(Unary.ISINF, (Tensor) this);
  }

  /** Whether each element is +∞. */
  default Tensor isposinf() {
    ((Tensor) this).spec().requireReal("isposinf");
    return eq(Double.POSITIVE_INFINITY);
  }

  /** Whether each element is −∞. */
  default Tensor isneginf() {
    ((Tensor) this).spec().requireReal("isneginf");
    return eq(Double.NEGATIVE_INFINITY);
  }

  /** Whether the sign bit is set: for negative numbers, and for −0. */
  default Tensor signbit() {
    Tensor x = (Tensor) this;
    return x.dtype().isFloating() ? Tensor.onesLike(x).copysign(x).lt(0) : x.lt(0);
  }

  /** Whether each element is neither NaN nor infinite. See {@link Unary#ISFINITE}. */
  default Tensor isfinite() {
    return Operands.unary(Unary.ISFINITE, (Tensor) this);
  }

  /** Whether each element is 0. See {@link Unary#LOGICAL_NOT}. */
  default Tensor logicalNot() {
    return Operands.unary(Unary.LOGICAL_NOT, (Tensor) this);
  }

  /** Whether x = y. Broadcasts and promotes. See {@link Binary#EQ}. */
  default Tensor eq(Tensor y) {
    return Operands.binary(Binary.EQ, (Tensor) this, y);
  }

  /** Whether x = y. */
  default Tensor eq(long y) {
    return Operands.withScalar(Binary.EQ, (Tensor) this, y, false);
  }

  /** Whether x = y. */
  default Tensor eq(double y) {
    return Operands.withScalar(Binary.EQ, (Tensor) this, y, false);
  }

  /** Whether x ≠ y. Broadcasts and promotes. See {@link Binary#NE}. */
  default Tensor ne(Tensor y) {
    return Operands.binary(Binary.NE, (Tensor) this, y);
  }

  /** Whether x ≠ y. */
  default Tensor ne(long y) {
    return Operands.withScalar(Binary.NE, (Tensor) this, y, false);
  }

  /** Whether x ≠ y. */
  default Tensor ne(double y) {
    return Operands.withScalar(Binary.NE, (Tensor) this, y, false);
  }

  /** Whether x &lt; y. Broadcasts and promotes. See {@link Binary#LT}. */
  default Tensor lt(Tensor y) {
    return Operands.binary(Binary.LT, (Tensor) this, y);
  }

  /** Whether x &lt; y. */
  default Tensor lt(long y) {
    return Operands.withScalar(Binary.LT, (Tensor) this, y, false);
  }

  /** Whether x &lt; y. */
  default Tensor lt(double y) {
    return Operands.withScalar(Binary.LT, (Tensor) this, y, false);
  }

  /** Whether x ≤ y. Broadcasts and promotes. See {@link Binary#LE}. */
  default Tensor le(Tensor y) {
    return Operands.binary(Binary.LE, (Tensor) this, y);
  }

  /** Whether x ≤ y. */
  default Tensor le(long y) {
    return Operands.withScalar(Binary.LE, (Tensor) this, y, false);
  }

  /** Whether x ≤ y. */
  default Tensor le(double y) {
    return Operands.withScalar(Binary.LE, (Tensor) this, y, false);
  }

  /** Whether x &gt; y. Broadcasts and promotes. See {@link Binary#GT}. */
  default Tensor gt(Tensor y) {
    return Operands.binary(Binary.GT, (Tensor) this, y);
  }

  /** Whether x &gt; y. */
  default Tensor gt(long y) {
    return Operands.withScalar(Binary.GT, (Tensor) this, y, false);
  }

  /** Whether x &gt; y. */
  default Tensor gt(double y) {
    return Operands.withScalar(Binary.GT, (Tensor) this, y, false);
  }

  /** Whether x ≥ y. Broadcasts and promotes. See {@link Binary#GE}. */
  default Tensor ge(Tensor y) {
    return Operands.binary(Binary.GE, (Tensor) this, y);
  }

  /** Whether x ≥ y. */
  default Tensor ge(long y) {
    return Operands.withScalar(Binary.GE, (Tensor) this, y, false);
  }

  /** Whether x ≥ y. */
  default Tensor ge(double y) {
    return Operands.withScalar(Binary.GE, (Tensor) this, y, false);
  }

  /** Whether both are not 0. Broadcasts and promotes. See {@link Binary#LOGICAL_AND}. */
  default Tensor logicalAnd(Tensor y) {
    return Operands.binary(Binary.LOGICAL_AND, (Tensor) this, y);
  }

  /** Whether one is not 0. Broadcasts and promotes. See {@link Binary#LOGICAL_OR}. */
  default Tensor logicalOr(Tensor y) {
    return Operands.binary(Binary.LOGICAL_OR, (Tensor) this, y);
  }

  /** Whether exactly one is not 0. Broadcasts and promotes. See {@link Binary#LOGICAL_XOR}. */
  default Tensor logicalXor(Tensor y) {
    return Operands.binary(Binary.LOGICAL_XOR, (Tensor) this, y);
  }

  /** Bitwise and. Broadcasts and promotes. See {@link Binary#BITWISE_AND}. */
  default Tensor bitwiseAnd(Tensor y) {
    return Operands.binary(Binary.BITWISE_AND, (Tensor) this, y);
  }

  /** Bitwise and. */
  default Tensor bitwiseAnd(long y) {
    return Operands.withScalar(Binary.BITWISE_AND, (Tensor) this, y, false);
  }

  /** Bitwise or. Broadcasts and promotes. See {@link Binary#BITWISE_OR}. */
  default Tensor bitwiseOr(Tensor y) {
    return Operands.binary(Binary.BITWISE_OR, (Tensor) this, y);
  }

  /** Bitwise or. */
  default Tensor bitwiseOr(long y) {
    return Operands.withScalar(Binary.BITWISE_OR, (Tensor) this, y, false);
  }

  /** Bitwise exclusive or. Broadcasts and promotes. See {@link Binary#BITWISE_XOR}. */
  default Tensor bitwiseXor(Tensor y) {
    return Operands.binary(Binary.BITWISE_XOR, (Tensor) this, y);
  }

  /** Bitwise exclusive or. */
  default Tensor bitwiseXor(long y) {
    return Operands.withScalar(Binary.BITWISE_XOR, (Tensor) this, y, false);
  }

  /** The complement of each bit; logical not of bool. */
  default Tensor bitwiseNot() {
    Tensor x = (Tensor) this;
    if (x.dtype().isInexact()) {
      throw new DTypeException("bitwise_not: " + x.spec() + ": takes integers and bool");
    }
    return x.dtype() == DType.BOOL ? x.logicalNot() : x.bitwiseXor(-1);
  }

  /** x · 2ʸ on integers. See {@link SpecialBinary#BITWISE_LEFT_SHIFT}. */
  default Tensor bitwiseLeftShift(Tensor y) {
    return Operands.binary(SpecialBinary.BITWISE_LEFT_SHIFT, (Tensor) this, y);
  }

  /** x · 2ʸ on integers. */
  default Tensor bitwiseLeftShift(long y) {
    return bitwiseLeftShift(Operands.scalar((Tensor) this, y));
  }

  /** ⌊x / 2ʸ⌋ on integers. See {@link SpecialBinary#BITWISE_RIGHT_SHIFT}. */
  default Tensor bitwiseRightShift(Tensor y) {
    return Operands.binary(SpecialBinary.BITWISE_RIGHT_SHIFT, (Tensor) this, y);
  }

  /** ⌊x / 2ʸ⌋ on integers. */
  default Tensor bitwiseRightShift(long y) {
    return bitwiseRightShift(Operands.scalar((Tensor) this, y));
  }

  /** Whether |x − y| ≤ 1e-8 + 1e-5 |y|. */
  default Tensor isclose(Tensor y) {
    return isclose(y, 1e-5, 1e-8, false);
  }

  /**
   * Whether |x − y| ≤ atol + rtol |y|; equal infinities are close, and NaN to NaN if {@code
   * equalNan}.
   */
  default Tensor isclose(Tensor y, double rtol, double atol, boolean equalNan) {
    Operands.given("isclose", "y", y);
    Tensor x = (Tensor) this;
    if (x.dtype() != y.dtype()) {
      throw new DTypeException(
          "isclose: " + x.spec() + " and " + y.spec() + ": dtypes differ; convert one");
    }
    if (!(rtol >= 0) || !(atol >= 0)) {
      throw new IllegalArgumentException(
          "isclose: rtol = " + rtol + ", atol = " + atol + ": must be 0 or more");
    }
    Tensor close = x.eq(y);
    if (equalNan && x.dtype().isInexact()) {
      close = close.logicalOr(x.isnan().logicalAnd(y.isnan()));
    }
    DType wide = x.dtype().isInexact() ? x.dtype() : DType.FLOAT64;
    Tensor distance = x.to(wide).sub(y.to(wide)).abs();
    Tensor allowed = y.to(wide).abs().mul(rtol).add(atol);
    return close.logicalOr(distance.isfinite().logicalAnd(distance.le(allowed)));
  }

  /** Whether all elements are close. See {@link #isclose(Tensor)}. */
  default boolean allclose(Tensor y) {
    return allclose(y, 1e-5, 1e-8, false);
  }

  /** Whether all elements are close. See {@link #isclose(Tensor, double, double, boolean)}. */
  default boolean allclose(Tensor y, double rtol, double atol, boolean equalNan) {
    return isclose(y, rtol, atol, equalNan).all().itemLong() == 1;
  }

  /**
   * Limits every element to [low, high]; infinite bounds leave that side open. Integers become
   * floating where a bound is not whole.
   */
  default Tensor clamp(double low, double high) {
    Tensor x = (Tensor) this;
    boolean whole = low == Math.rint(low) && high == Math.rint(high);
    return Dispatch.run(
        new Clamp(low, high), whole || x.dtype() == DType.BOOL ? x : Operands.floating(x));
  }

  /**
   * The receiver is the condition: {@code x} where it holds, else {@code y}. Broadcasts and
   * promotes.
   */
  default Tensor where(Tensor x, Tensor y) {
    Operands.given("where", "x", x);
    Operands.given("where", "y", y);
    Tensor condition = (Tensor) this;
    DType dtype = DType.promote(x.dtype(), y.dtype());
    Where op = new Where();
    Shape shape = Shape.broadcast(op, condition.shape(), Shape.broadcast(op, x.shape(), y.shape()));
    return Dispatch.run(
        op, condition.expand(shape), x.to(dtype).expand(shape), y.to(dtype).expand(shape));
  }

  /** As {@link #where(Tensor, Tensor)} with a number, of the dtype of x. */
  default Tensor where(Tensor x, double y) {
    return where(x, Operands.scalar(Operands.given("where", "x", x), y));
  }

  /** As {@link #where(Tensor, Tensor)} with a number, of the dtype of y. */
  default Tensor where(double x, Tensor y) {
    return where(Operands.scalar(Operands.given("where", "y", y), x), y);
  }

  /** The larger of x and the bound. */
  default Tensor clampMin(double low) {
    return clamp(low, Double.POSITIVE_INFINITY);
  }

  /** The smaller of x and the bound. */
  default Tensor clampMax(double high) {
    return clamp(Double.NEGATIVE_INFINITY, high);
  }

  /** The larger of x and the bound; NaN if either is. The gradient of ties goes to x. */
  default Tensor clampMin(Tensor low) {
    Tensor x = (Tensor) this;
    return x.lt(low).logicalOr(low.isnan()).where(low, x);
  }

  /** The smaller of x and the bound; NaN if either is. The gradient of ties goes to x. */
  default Tensor clampMax(Tensor high) {
    Tensor x = (Tensor) this;
    return x.gt(high).logicalOr(high.isnan()).where(high, x);
  }

  /** min(max(x, low), high): {@code high} where the bounds cross. */
  default Tensor clamp(Tensor low, Tensor high) {
    return clampMin(low).clampMax(high);
  }
}
