package dev.weft.engine;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.NextAfter;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.Unary;

/**
 * Elementwise operations of {@link Tensor}. Two tensors are broadcast to one shape and promoted to
 * one dtype; a number takes the tensor's dtype unless it is of a higher category, as in PyTorch.
 */
public sealed interface ElementwiseOps permits Tensor {
  /** −x. See {@link Unary#NEG}. */
  default Tensor neg() {
    return Operands.unary(Unary.NEG, (Tensor) this);
  }

  /** |x|. See {@link Unary#ABS}. */
  default Tensor abs() {
    return Operands.unary(Unary.ABS, (Tensor) this);
  }

  /** −1, 0 or 1; bool stays as it is. See {@link Unary#SIGN}. */
  default Tensor sign() {
    Tensor x = (Tensor) this;
    return x.dtype() == DType.BOOL ? x.copy() : Operands.unary(Unary.SIGN, x);
  }

  /** x²; that of bool is int64. See {@link Unary#SQUARE}. */
  default Tensor square() {
    Tensor x = (Tensor) this;
    return x.dtype() == DType.BOOL ? x.to(DType.INT64).square() : Operands.unary(Unary.SQUARE, x);
  }

  /** The largest integer not above x. See {@link Unary#FLOOR}. */
  default Tensor floor() {
    return Operands.unary(Unary.FLOOR, (Tensor) this);
  }

  /** The smallest integer not below x. See {@link Unary#CEIL}. */
  default Tensor ceil() {
    return Operands.unary(Unary.CEIL, (Tensor) this);
  }

  /** The nearest integer, ties to even. See {@link Unary#ROUND}. */
  default Tensor round() {
    return Operands.unary(Unary.ROUND, (Tensor) this);
  }

  /** The integer part, towards zero. See {@link Unary#TRUNC}. */
  default Tensor trunc() {
    return Operands.unary(Unary.TRUNC, (Tensor) this);
  }

  /** The nearest number with this many decimals, ties to even; a negative count rounds to tens. */
  default Tensor round(int decimals) {
    double scale = Math.pow(10, Math.abs(decimals));
    Tensor x = Operands.floating((Tensor) this);
    return decimals < 0 ? x.div(scale).round().mul(scale) : x.mul(scale).round().div(scale);
  }

  /** x − trunc(x): keeps the sign of x. */
  default Tensor frac() {
    Tensor x = (Tensor) this;
    x.spec().requireFloating("frac");
    return x.sub(x.trunc());
  }

  /** x itself; not for bool, as in PyTorch. */
  default Tensor positive() {
    Tensor x = (Tensor) this;
    x.spec().requireNumeric("positive");
    return x;
  }

  /** x π / 180. */
  default Tensor deg2rad() {
    return ((Tensor) this).mul(Math.PI / 180);
  }

  /** x · 180 / π. */
  default Tensor rad2deg() {
    return ((Tensor) this).mul(180 / Math.PI);
  }

  /** NaN becomes 0, infinities the largest and smallest number of the dtype. */
  default Tensor nanToNum() {
    DType dtype = ((Tensor) this).dtype();
    return nanToNum(0, dtype.max(), dtype.min());
  }

  /** Replaces NaN, +∞ and −∞; the gradient is 0 there. */
  default Tensor nanToNum(double nan, double posinf, double neginf) {
    Tensor x = (Tensor) this;
    if (x.dtype().isComplex()) {
      return Tensor.complex(
          x.real().nanToNum(nan, posinf, neginf), x.imag().nanToNum(nan, posinf, neginf));
    }
    if (!x.dtype().isFloating()) {
      return x.copy();
    }
    Tensor finite = x.isposinf().where(posinf, x.isneginf().where(neginf, x));
    return x.isnan().where(nan, finite);
  }

  /** eˣ. See {@link Unary#EXP}. */
  default Tensor exp() {
    return Operands.unary(Unary.EXP, (Tensor) this);
  }

  /** 2ˣ. See {@link Unary#EXP2}. */
  default Tensor exp2() {
    return Operands.unary(Unary.EXP2, (Tensor) this);
  }

  /** eˣ − 1, exact near 0. See {@link Unary#EXPM1}. */
  default Tensor expm1() {
    return Operands.unary(Unary.EXPM1, (Tensor) this);
  }

  /** Natural logarithm; −∞ at 0, NaN below. See {@link Unary#LOG}. */
  default Tensor log() {
    return Operands.unary(Unary.LOG, (Tensor) this);
  }

  /** Logarithm to base 2. See {@link Unary#LOG2}. */
  default Tensor log2() {
    return Operands.unary(Unary.LOG2, (Tensor) this);
  }

  /** Logarithm to base 10. See {@link Unary#LOG10}. */
  default Tensor log10() {
    return Operands.unary(Unary.LOG10, (Tensor) this);
  }

  /** log(1 + x), exact near 0. See {@link Unary#LOG1P}. */
  default Tensor log1p() {
    return Operands.unary(Unary.LOG1P, (Tensor) this);
  }

  /** √x; NaN below 0. See {@link Unary#SQRT}. */
  default Tensor sqrt() {
    return Operands.unary(Unary.SQRT, (Tensor) this);
  }

  /** 1/√x. See {@link Unary#RSQRT}. */
  default Tensor rsqrt() {
    return Operands.unary(Unary.RSQRT, (Tensor) this);
  }

  /** 1/x. See {@link Unary#RECIPROCAL}. */
  default Tensor reciprocal() {
    return Operands.unary(Unary.RECIPROCAL, (Tensor) this);
  }

  /** Sine. See {@link Unary#SIN}. */
  default Tensor sin() {
    return Operands.unary(Unary.SIN, (Tensor) this);
  }

  /** Cosine. See {@link Unary#COS}. */
  default Tensor cos() {
    return Operands.unary(Unary.COS, (Tensor) this);
  }

  /** Tangent. See {@link Unary#TAN}. */
  default Tensor tan() {
    return Operands.unary(Unary.TAN, (Tensor) this);
  }

  /** Inverse sine. See {@link Unary#ASIN}. */
  default Tensor asin() {
    return Operands.unary(Unary.ASIN, (Tensor) this);
  }

  /** Inverse cosine. See {@link Unary#ACOS}. */
  default Tensor acos() {
    return Operands.unary(Unary.ACOS, (Tensor) this);
  }

  /** Inverse tangent. See {@link Unary#ATAN}. */
  default Tensor atan() {
    return Operands.unary(Unary.ATAN, (Tensor) this);
  }

  /** Hyperbolic sine. See {@link Unary#SINH}. */
  default Tensor sinh() {
    return Operands.unary(Unary.SINH, (Tensor) this);
  }

  /** Hyperbolic cosine. See {@link Unary#COSH}. */
  default Tensor cosh() {
    return Operands.unary(Unary.COSH, (Tensor) this);
  }

  /** Hyperbolic tangent. See {@link Unary#TANH}. */
  default Tensor tanh() {
    return Operands.unary(Unary.TANH, (Tensor) this);
  }

  /** The error function. See {@link Unary#ERF}. */
  default Tensor erf() {
    return Operands.unary(Unary.ERF, (Tensor) this);
  }

  /** 1 / (1 + e⁻ˣ). See {@link Unary#SIGMOID}. */
  default Tensor sigmoid() {
    return Operands.unary(Unary.SIGMOID, (Tensor) this);
  }

  /** max(x, 0). See {@link Unary#RELU}. */
  default Tensor relu() {
    return Operands.unary(Unary.RELU, (Tensor) this);
  }

  /** x Φ(x), the exact form. See {@link Unary#GELU}. */
  default Tensor gelu() {
    return Dispatch.run(Unary.GELU, (Tensor) this);
  }

  /** GELU's tanh approximation. See {@link Unary#GELU_TANH}. */
  default Tensor geluTanh() {
    return Dispatch.run(Unary.GELU_TANH, (Tensor) this);
  }

  /** x · sigmoid(x). See {@link Unary#SILU}. */
  default Tensor silu() {
    return Dispatch.run(Unary.SILU, (Tensor) this);
  }

  /** x + y. Broadcasts and promotes. See {@link Binary#ADD}. */
  default Tensor add(Tensor y) {
    return Operands.binary(Binary.ADD, (Tensor) this, y);
  }

  /** x + y. */
  default Tensor add(long y) {
    return Operands.withScalar(Binary.ADD, (Tensor) this, y, false);
  }

  /** x + y. */
  default Tensor add(double y) {
    return Operands.withScalar(Binary.ADD, (Tensor) this, y, false);
  }

  /** x − y. Broadcasts and promotes. See {@link Binary#SUB}. */
  default Tensor sub(Tensor y) {
    return Operands.binary(Binary.SUB, (Tensor) this, y);
  }

  /** x − y. */
  default Tensor sub(long y) {
    return Operands.withScalar(Binary.SUB, (Tensor) this, y, false);
  }

  /** x − y. */
  default Tensor sub(double y) {
    return Operands.withScalar(Binary.SUB, (Tensor) this, y, false);
  }

  /** x · y. Broadcasts and promotes. See {@link Binary#MUL}. */
  default Tensor mul(Tensor y) {
    return Operands.binary(Binary.MUL, (Tensor) this, y);
  }

  /** x · y. */
  default Tensor mul(long y) {
    return Operands.withScalar(Binary.MUL, (Tensor) this, y, false);
  }

  /** x · y. */
  default Tensor mul(double y) {
    return Operands.withScalar(Binary.MUL, (Tensor) this, y, false);
  }

  /**
   * x / y; integers are converted to the default dtype first (true division). Broadcasts and
   * promotes. See {@link Binary#DIV}.
   */
  default Tensor div(Tensor y) {
    return Operands.binary(Binary.DIV, (Tensor) this, y);
  }

  /** x / y; integers are converted to the default dtype first (true division). */
  default Tensor div(long y) {
    return Operands.withScalar(Binary.DIV, (Tensor) this, y, false);
  }

  /** x / y; integers are converted to the default dtype first (true division). */
  default Tensor div(double y) {
    return Operands.withScalar(Binary.DIV, (Tensor) this, y, false);
  }

  /** x / y as a whole number, of the dtype of both. Integers stay integers. */
  default Tensor div(Tensor y, Rounding rounding) {
    Operands.given("div", "y", y);
    Tensor x = (Tensor) this;
    return switch (rounding) {
      case FLOOR -> x.floorDivide(y);
      case TRUNC ->
          Operands.resultType(x, y).isFloating()
              ? x.div(y).trunc()
              : x.sub(x.fmod(y)).floorDivide(y); // nothing is left to round
    };
  }

  /** x / y as a whole number; see {@link #div(Tensor, Rounding)}. */
  default Tensor div(long y, Rounding rounding) {
    return div(Operands.scalar((Tensor) this, y), rounding);
  }

  /** x / y as a whole number; see {@link #div(Tensor, Rounding)}. */
  default Tensor div(double y, Rounding rounding) {
    return div(Operands.scalar((Tensor) this, y), rounding);
  }

  /** x^y. Broadcasts and promotes. See {@link Binary#POW}. */
  default Tensor pow(Tensor y) {
    return Operands.binary(Binary.POW, (Tensor) this, y);
  }

  /** x^y. */
  default Tensor pow(long y) {
    return Operands.withScalar(Binary.POW, (Tensor) this, y, false);
  }

  /** x^y. */
  default Tensor pow(double y) {
    return Operands.withScalar(Binary.POW, (Tensor) this, y, false);
  }

  /** The larger of both; NaN if either is. Broadcasts and promotes. See {@link Binary#MAXIMUM}. */
  default Tensor maximum(Tensor y) {
    return Operands.binary(Binary.MAXIMUM, (Tensor) this, y);
  }

  /** The smaller of both; NaN if either is. Broadcasts and promotes. See {@link Binary#MINIMUM}. */
  default Tensor minimum(Tensor y) {
    return Operands.binary(Binary.MINIMUM, (Tensor) this, y);
  }

  /** ⌊x / y⌋. Broadcasts and promotes. See {@link Binary#FLOOR_DIVIDE}. */
  default Tensor floorDivide(Tensor y) {
    return Operands.binary(Binary.FLOOR_DIVIDE, (Tensor) this, y);
  }

  /** ⌊x / y⌋. */
  default Tensor floorDivide(long y) {
    return Operands.withScalar(Binary.FLOOR_DIVIDE, (Tensor) this, y, false);
  }

  /** ⌊x / y⌋. */
  default Tensor floorDivide(double y) {
    return Operands.withScalar(Binary.FLOOR_DIVIDE, (Tensor) this, y, false);
  }

  /** x − y ⌊x / y⌋. Broadcasts and promotes. See {@link Binary#REMAINDER}. */
  default Tensor remainder(Tensor y) {
    return Operands.binary(Binary.REMAINDER, (Tensor) this, y);
  }

  /** x − y ⌊x / y⌋. */
  default Tensor remainder(long y) {
    return Operands.withScalar(Binary.REMAINDER, (Tensor) this, y, false);
  }

  /** x − y ⌊x / y⌋. */
  default Tensor remainder(double y) {
    return Operands.withScalar(Binary.REMAINDER, (Tensor) this, y, false);
  }

  /** The remainder with the sign of x. Broadcasts and promotes. See {@link Binary#FMOD}. */
  default Tensor fmod(Tensor y) {
    return Operands.binary(Binary.FMOD, (Tensor) this, y);
  }

  /** The remainder with the sign of x. */
  default Tensor fmod(long y) {
    return Operands.withScalar(Binary.FMOD, (Tensor) this, y, false);
  }

  /** The remainder with the sign of x. */
  default Tensor fmod(double y) {
    return Operands.withScalar(Binary.FMOD, (Tensor) this, y, false);
  }

  /** The angle of the point (y, x). Broadcasts and promotes. See {@link Binary#ATAN2}. */
  default Tensor atan2(Tensor y) {
    return Operands.binary(Binary.ATAN2, (Tensor) this, y);
  }

  /** y − x: the receiver is subtracted from the number. */
  default Tensor rsub(long y) {
    return Operands.withScalar(Binary.SUB, (Tensor) this, y, true);
  }

  /** y − x: the receiver is subtracted from the number. */
  default Tensor rsub(double y) {
    return Operands.withScalar(Binary.SUB, (Tensor) this, y, true);
  }

  /** y / x: the number is divided by the receiver. */
  default Tensor rdiv(double y) {
    return Operands.withScalar(Binary.DIV, (Tensor) this, y, true);
  }

  /** y − x: the receiver is subtracted. */
  default Tensor rsub(Tensor y) {
    Operands.given("rsub", "y", y);
    return y.sub((Tensor) this);
  }

  /** y^x: the number is raised to the receiver. */
  default Tensor rpow(long y) {
    return Operands.withScalar(Binary.POW, (Tensor) this, y, true);
  }

  /** y^x: the number is raised to the receiver. */
  default Tensor rpow(double y) {
    return Operands.withScalar(Binary.POW, (Tensor) this, y, true);
  }

  /** x^y in float64. */
  default Tensor floatPower(Tensor y) {
    Operands.given("float_power", "y", y);
    return ((Tensor) this).to(DType.FLOAT64).pow(y.to(DType.FLOAT64));
  }

  /** x^y in float64. */
  default Tensor floatPower(double y) {
    return ((Tensor) this).to(DType.FLOAT64).pow(y);
  }

  /** x · 2ʸ. */
  default Tensor ldexp(Tensor y) {
    Operands.given("ldexp", "y", y);
    return Operands.wide((Tensor) this, x -> x.mul(Operands.like(x, y).rpow(2.0)));
  }

  /** √(x² + y²). Broadcasts and promotes. See {@link SpecialBinary#HYPOT}. */
  default Tensor hypot(Tensor y) {
    return Operands.binary(SpecialBinary.HYPOT, (Tensor) this, y);
  }

  /** |x| with the sign of y. Broadcasts and promotes. See {@link SpecialBinary#COPYSIGN}. */
  default Tensor copysign(Tensor y) {
    return Operands.binary(SpecialBinary.COPYSIGN, (Tensor) this, y);
  }

  /** |x| with the sign of y. */
  default Tensor copysign(double y) {
    return copysign(Operands.scalar((Tensor) this, y));
  }

  /** The larger, ignoring NaN beside a number. See {@link SpecialBinary#FMAX}. */
  default Tensor fmax(Tensor y) {
    return Operands.binary(SpecialBinary.FMAX, (Tensor) this, y);
  }

  /** The smaller, ignoring NaN beside a number. See {@link SpecialBinary#FMIN}. */
  default Tensor fmin(Tensor y) {
    return Operands.binary(SpecialBinary.FMIN, (Tensor) this, y);
  }

  /** The neighbour of x in the direction of y. See {@link NextAfter}. */
  default Tensor nextafter(Tensor y) {
    Operands.given("nextafter", "y", y);
    Tensor x = (Tensor) this;
    return Operands.broadcast(new NextAfter(), Operands.resultType(x, y), x, y);
  }

  /** 0 for negative x, 1 for positive x, and {@code values} where x is 0; 0 for NaN. */
  default Tensor heaviside(Tensor values) {
    Operands.given("heaviside", "values", values);
    Tensor x = (Tensor) this;
    if (x.dtype() != values.dtype()) {
      throw new DTypeException(
          "heaviside: " + x.spec() + " and values " + values.spec() + ": dtypes differ");
    }
    return x.eq(0).where(values, x.gt(0).to(x.dtype()));
  }

  /** The greatest common divisor of integers. See {@link SpecialBinary#GCD}. */
  default Tensor gcd(Tensor y) {
    return Operands.binary(SpecialBinary.GCD, (Tensor) this, y);
  }

  /** The least common multiple of integers. See {@link SpecialBinary#LCM}. */
  default Tensor lcm(Tensor y) {
    return Operands.binary(SpecialBinary.LCM, (Tensor) this, y);
  }

  /** x + weight (end − x), from the nearer end, so that weight 1 gives {@code end} exactly. */
  default Tensor lerp(Tensor end, double weight) {
    Tensor start = lerpStart(end);
    return Operands.wide(
        start,
        x -> {
          Tensor to = end.to(x.dtype());
          Tensor way = to.sub(x);
          return weight < 0.5 ? x.add(way.mul(weight)) : to.sub(way.mul(1 - weight));
        });
  }

  /** x + weight (end − x), from the nearer end. Broadcasts. */
  default Tensor lerp(Tensor end, Tensor weight) {
    Operands.given("lerp", "weight", weight);
    Tensor start = lerpStart(end);
    if (weight.dtype() != start.dtype()) {
      throw new DTypeException(
          "lerp: " + start.spec() + " and weight " + weight.spec() + ": dtypes differ");
    }
    return Operands.wide(
        start,
        x -> {
          Tensor to = end.to(x.dtype());
          Tensor share = start.dtype().isHalf() ? weight.to(x.dtype()) : weight;
          Tensor way = to.sub(x);
          Tensor fromEnd = to.sub(way.mul(share.rsub(1)));
          return share.abs().lt(0.5).where(x.add(way.mul(share)), fromEnd);
        });
  }

  private Tensor lerpStart(Tensor end) {
    Operands.given("lerp", "end", end);
    Tensor x = (Tensor) this;
    x.spec().requireFloating("lerp");
    if (x.dtype() != end.dtype()) {
      throw new DTypeException("lerp: " + x.spec() + " and end " + end.spec() + ": dtypes differ");
    }
    return x;
  }

  /** x + a · b. */
  default Tensor addcmul(Tensor a, Tensor b) {
    return addcmul(a, b, 1);
  }

  /** x + value · a · b, rounded once. Integers stay integers with a whole value. */
  default Tensor addcmul(Tensor a, Tensor b, double value) {
    Operands.given("addcmul", "a", a);
    Operands.given("addcmul", "b", b);
    DType dtype = DType.promote(resultType(a), resultType(b));
    if (dtype == DType.BOOL || !dtype.isInexact() && value != Math.rint(value)) {
      throw new DTypeException(
          "addcmul: "
              + ((Tensor) this).spec()
              + ", value "
              + value
              + ": integers need a whole value, bool has no products; convert with x.to(dtype)");
    }
    return Operands.wide(
        (Tensor) this,
        dtype,
        x -> x.add(Operands.times(Operands.like(x, a).mul(Operands.like(x, b)), value)));
  }

  /** x + a / b. */
  default Tensor addcdiv(Tensor a, Tensor b) {
    return addcdiv(a, b, 1);
  }

  /** x + value · a / b, rounded once; a or b must be floating or complex. */
  default Tensor addcdiv(Tensor a, Tensor b, double value) {
    Operands.given("addcdiv", "a", a);
    Operands.given("addcdiv", "b", b);
    if (!a.dtype().isInexact() && !b.dtype().isInexact()) {
      throw new DTypeException(
          "addcdiv: "
              + a.spec()
              + " / "
              + b.spec()
              + ": needs a floating dtype; convert one with x.to(dtype)");
    }
    return Operands.wide(
        (Tensor) this,
        DType.promote(resultType(a), resultType(b)),
        x -> x.add(Operands.times(Operands.like(x, a).div(Operands.like(x, b)), value)));
  }

  /** The dtype of x + y. A tensor of rank 0 does not raise that of one with dimensions. */
  default DType resultType(Tensor y) {
    Operands.given("result_type", "y", y);
    return Operands.resultType((Tensor) this, y);
  }

  /** The dtype of x + y for a number: it does not raise the dtype of x within its category. */
  default DType resultType(Number y) {
    Tensor x = (Tensor) this;
    if (y instanceof Double || y instanceof Float) {
      return x.dtype().isInexact() ? x.dtype() : Context.current().defaultDtype();
    }
    return x.dtype() == DType.BOOL ? DType.INT64 : x.dtype();
  }

  /** The dtype of x + y for a truth value: that of x. */
  default DType resultType(boolean y) {
    return ((Tensor) this).dtype();
  }

  /** Zeroes elements with probability p and scales the rest, with this thread's generator. */
  default Tensor dropout(double p) {
    Tensor x = (Tensor) this;
    Generator generator = Context.current().generator();
    return Dispatch.run(new DropoutOp(p, generator.seed(), generator.reserve(x.numel())), x);
  }

  /**
   * Converts to {@code dtype}; itself when it has it already. See {@link Cast}. To float16 and
   * bfloat16 it goes by way of float32, as PyTorch does, so that wide types are rounded twice.
   */
  default Tensor to(DType dtype) {
    Tensor x = (Tensor) this;
    if (x.dtype() == dtype) {
      return x;
    }
    boolean wide = x.dtype().bytes() >= 4 && x.dtype() != DType.FLOAT32;
    Tensor from = wide && dtype.isHalf() ? Dispatch.run(new Cast(DType.FLOAT32), x) : x;
    return Dispatch.run(new Cast(dtype), from);
  }
}
