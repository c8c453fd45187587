package dev.weft.engine;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.Where;
import dev.weft.engine.op.WithScalar;

/**
 * Elementwise operations of {@link Tensor}. Two tensors are broadcast to one shape and promoted to
 * one dtype; a number takes the tensor's dtype unless it is of a higher category, as in PyTorch.
 */
public sealed interface ElementwiseOps permits Tensor {

  /** −x. See {@link Unary#NEG}. */
  default Tensor neg() {
    return unary(Unary.NEG);
  }

  /** |x|. See {@link Unary#ABS}. */
  default Tensor abs() {
    return unary(Unary.ABS);
  }

  /** −1, 0 or 1; bool stays as it is. See {@link Unary#SIGN}. */
  default Tensor sign() {
    Tensor x = (Tensor) this;
    return x.dtype() == DType.BOOL ? x.copy() : unary(Unary.SIGN);
  }

  /** x²; that of bool is int64. See {@link Unary#SQUARE}. */
  default Tensor square() {
    Tensor x = (Tensor) this;
    return x.dtype() == DType.BOOL ? x.to(DType.INT64).square() : unary(Unary.SQUARE);
  }

  /** The largest integer not above x. See {@link Unary#FLOOR}. */
  default Tensor floor() {
    return unary(Unary.FLOOR);
  }

  /** The smallest integer not below x. See {@link Unary#CEIL}. */
  default Tensor ceil() {
    return unary(Unary.CEIL);
  }

  /** The nearest integer, ties to even. See {@link Unary#ROUND}. */
  default Tensor round() {
    return unary(Unary.ROUND);
  }

  /** The integer part, towards zero. See {@link Unary#TRUNC}. */
  default Tensor trunc() {
    return unary(Unary.TRUNC);
  }

  /** eˣ. See {@link Unary#EXP}. */
  default Tensor exp() {
    return unary(Unary.EXP);
  }

  /** 2ˣ. See {@link Unary#EXP2}. */
  default Tensor exp2() {
    return unary(Unary.EXP2);
  }

  /** eˣ − 1, exact near 0. See {@link Unary#EXPM1}. */
  default Tensor expm1() {
    return unary(Unary.EXPM1);
  }

  /** Natural logarithm; −∞ at 0, NaN below. See {@link Unary#LOG}. */
  default Tensor log() {
    return unary(Unary.LOG);
  }

  /** Logarithm to base 2. See {@link Unary#LOG2}. */
  default Tensor log2() {
    return unary(Unary.LOG2);
  }

  /** Logarithm to base 10. See {@link Unary#LOG10}. */
  default Tensor log10() {
    return unary(Unary.LOG10);
  }

  /** log(1 + x), exact near 0. See {@link Unary#LOG1P}. */
  default Tensor log1p() {
    return unary(Unary.LOG1P);
  }

  /** √x; NaN below 0. See {@link Unary#SQRT}. */
  default Tensor sqrt() {
    return unary(Unary.SQRT);
  }

  /** 1/√x. See {@link Unary#RSQRT}. */
  default Tensor rsqrt() {
    return unary(Unary.RSQRT);
  }

  /** 1/x. See {@link Unary#RECIPROCAL}. */
  default Tensor reciprocal() {
    return unary(Unary.RECIPROCAL);
  }

  /** Sine. See {@link Unary#SIN}. */
  default Tensor sin() {
    return unary(Unary.SIN);
  }

  /** Cosine. See {@link Unary#COS}. */
  default Tensor cos() {
    return unary(Unary.COS);
  }

  /** Tangent. See {@link Unary#TAN}. */
  default Tensor tan() {
    return unary(Unary.TAN);
  }

  /** Inverse sine. See {@link Unary#ASIN}. */
  default Tensor asin() {
    return unary(Unary.ASIN);
  }

  /** Inverse cosine. See {@link Unary#ACOS}. */
  default Tensor acos() {
    return unary(Unary.ACOS);
  }

  /** Inverse tangent. See {@link Unary#ATAN}. */
  default Tensor atan() {
    return unary(Unary.ATAN);
  }

  /** Hyperbolic sine. See {@link Unary#SINH}. */
  default Tensor sinh() {
    return unary(Unary.SINH);
  }

  /** Hyperbolic cosine. See {@link Unary#COSH}. */
  default Tensor cosh() {
    return unary(Unary.COSH);
  }

  /** Hyperbolic tangent. See {@link Unary#TANH}. */
  default Tensor tanh() {
    return unary(Unary.TANH);
  }

  /** The error function. See {@link Unary#ERF}. */
  default Tensor erf() {
    return unary(Unary.ERF);
  }

  /** 1 / (1 + e⁻ˣ). See {@link Unary#SIGMOID}. */
  default Tensor sigmoid() {
    return unary(Unary.SIGMOID);
  }

  /** max(x, 0). See {@link Unary#RELU}. */
  default Tensor relu() {
    return unary(Unary.RELU);
  }

  /** x Φ(x), the exact form. See {@link Unary#GELU}. */
  default Tensor gelu() {
    return unary(Unary.GELU);
  }

  /** GELU's tanh approximation. See {@link Unary#GELU_TANH}. */
  default Tensor geluTanh() {
    return unary(Unary.GELU_TANH);
  }

  /** x · sigmoid(x). See {@link Unary#SILU}. */
  default Tensor silu() {
    return unary(Unary.SILU);
  }

  /** Whether each element is NaN. See {@link Unary#ISNAN}. */
  default Tensor isnan() {
    return unary(Unary.ISNAN);
  }

  /** Whether each element is infinite. See {@link Unary#ISINF}. */
  default Tensor isinf() {
    return unary(Unary.ISINF);
  }

  /** Whether each element is neither NaN nor infinite. See {@link Unary#ISFINITE}. */
  default Tensor isfinite() {
    return unary(Unary.ISFINITE);
  }

  /** Whether each element is 0. See {@link Unary#LOGICAL_NOT}. */
  default Tensor logicalNot() {
    return unary(Unary.LOGICAL_NOT);
  }

  /** x + y. Broadcasts and promotes. See {@link Binary#ADD}. */
  default Tensor add(Tensor y) {
    return binary(Binary.ADD, y);
  }

  /** x + y. */
  default Tensor add(long y) {
    return withScalar(Binary.ADD, y, false);
  }

  /** x + y. */
  default Tensor add(double y) {
    return withScalar(Binary.ADD, y, false);
  }

  /** x − y. Broadcasts and promotes. See {@link Binary#SUB}. */
  default Tensor sub(Tensor y) {
    return binary(Binary.SUB, y);
  }

  /** x − y. */
  default Tensor sub(long y) {
    return withScalar(Binary.SUB, y, false);
  }

  /** x − y. */
  default Tensor sub(double y) {
    return withScalar(Binary.SUB, y, false);
  }

  /** x · y. Broadcasts and promotes. See {@link Binary#MUL}. */
  default Tensor mul(Tensor y) {
    return binary(Binary.MUL, y);
  }

  /** x · y. */
  default Tensor mul(long y) {
    return withScalar(Binary.MUL, y, false);
  }

  /** x · y. */
  default Tensor mul(double y) {
    return withScalar(Binary.MUL, y, false);
  }

  /**
   * x / y; integers are converted to the default dtype first (true division). Broadcasts and
   * promotes. See {@link Binary#DIV}.
   */
  default Tensor div(Tensor y) {
    return binary(Binary.DIV, y);
  }

  /** x / y; integers are converted to the default dtype first (true division). */
  default Tensor div(long y) {
    return withScalar(Binary.DIV, y, false);
  }

  /** x / y; integers are converted to the default dtype first (true division). */
  default Tensor div(double y) {
    return withScalar(Binary.DIV, y, false);
  }

  /** x^y. Broadcasts and promotes. See {@link Binary#POW}. */
  default Tensor pow(Tensor y) {
    return binary(Binary.POW, y);
  }

  /** x^y. */
  default Tensor pow(long y) {
    return withScalar(Binary.POW, y, false);
  }

  /** x^y. */
  default Tensor pow(double y) {
    return withScalar(Binary.POW, y, false);
  }

  /** The larger of both; NaN if either is. Broadcasts and promotes. See {@link Binary#MAXIMUM}. */
  default Tensor maximum(Tensor y) {
    return binary(Binary.MAXIMUM, y);
  }

  /** The smaller of both; NaN if either is. Broadcasts and promotes. See {@link Binary#MINIMUM}. */
  default Tensor minimum(Tensor y) {
    return binary(Binary.MINIMUM, y);
  }

  /** ⌊x / y⌋. Broadcasts and promotes. See {@link Binary#FLOOR_DIVIDE}. */
  default Tensor floorDivide(Tensor y) {
    return binary(Binary.FLOOR_DIVIDE, y);
  }

  /** ⌊x / y⌋. */
  default Tensor floorDivide(long y) {
    return withScalar(Binary.FLOOR_DIVIDE, y, false);
  }

  /** ⌊x / y⌋. */
  default Tensor floorDivide(double y) {
    return withScalar(Binary.FLOOR_DIVIDE, y, false);
  }

  /** x − y ⌊x / y⌋. Broadcasts and promotes. See {@link Binary#REMAINDER}. */
  default Tensor remainder(Tensor y) {
    return binary(Binary.REMAINDER, y);
  }

  /** x − y ⌊x / y⌋. */
  default Tensor remainder(long y) {
    return withScalar(Binary.REMAINDER, y, false);
  }

  /** x − y ⌊x / y⌋. */
  default Tensor remainder(double y) {
    return withScalar(Binary.REMAINDER, y, false);
  }

  /** The remainder with the sign of x. Broadcasts and promotes. See {@link Binary#FMOD}. */
  default Tensor fmod(Tensor y) {
    return binary(Binary.FMOD, y);
  }

  /** The remainder with the sign of x. */
  default Tensor fmod(long y) {
    return withScalar(Binary.FMOD, y, false);
  }

  /** The remainder with the sign of x. */
  default Tensor fmod(double y) {
    return withScalar(Binary.FMOD, y, false);
  }

  /** The angle of the point (y, x). Broadcasts and promotes. See {@link Binary#ATAN2}. */
  default Tensor atan2(Tensor y) {
    return binary(Binary.ATAN2, y);
  }

  /** Whether x = y. Broadcasts and promotes. See {@link Binary#EQ}. */
  default Tensor eq(Tensor y) {
    return binary(Binary.EQ, y);
  }

  /** Whether x = y. */
  default Tensor eq(long y) {
    return withScalar(Binary.EQ, y, false);
  }

  /** Whether x = y. */
  default Tensor eq(double y) {
    return withScalar(Binary.EQ, y, false);
  }

  /** Whether x ≠ y. Broadcasts and promotes. See {@link Binary#NE}. */
  default Tensor ne(Tensor y) {
    return binary(Binary.NE, y);
  }

  /** Whether x ≠ y. */
  default Tensor ne(long y) {
    return withScalar(Binary.NE, y, false);
  }

  /** Whether x ≠ y. */
  default Tensor ne(double y) {
    return withScalar(Binary.NE, y, false);
  }

  /** Whether x &lt; y. Broadcasts and promotes. See {@link Binary#LT}. */
  default Tensor lt(Tensor y) {
    return binary(Binary.LT, y);
  }

  /** Whether x &lt; y. */
  default Tensor lt(long y) {
    return withScalar(Binary.LT, y, false);
  }

  /** Whether x &lt; y. */
  default Tensor lt(double y) {
    return withScalar(Binary.LT, y, false);
  }

  /** Whether x ≤ y. Broadcasts and promotes. See {@link Binary#LE}. */
  default Tensor le(Tensor y) {
    return binary(Binary.LE, y);
  }

  /** Whether x ≤ y. */
  default Tensor le(long y) {
    return withScalar(Binary.LE, y, false);
  }

  /** Whether x ≤ y. */
  default Tensor le(double y) {
    return withScalar(Binary.LE, y, false);
  }

  /** Whether x &gt; y. Broadcasts and promotes. See {@link Binary#GT}. */
  default Tensor gt(Tensor y) {
    return binary(Binary.GT, y);
  }

  /** Whether x &gt; y. */
  default Tensor gt(long y) {
    return withScalar(Binary.GT, y, false);
  }

  /** Whether x &gt; y. */
  default Tensor gt(double y) {
    return withScalar(Binary.GT, y, false);
  }

  /** Whether x ≥ y. Broadcasts and promotes. See {@link Binary#GE}. */
  default Tensor ge(Tensor y) {
    return binary(Binary.GE, y);
  }

  /** Whether x ≥ y. */
  default Tensor ge(long y) {
    return withScalar(Binary.GE, y, false);
  }

  /** Whether x ≥ y. */
  default Tensor ge(double y) {
    return withScalar(Binary.GE, y, false);
  }

  /** Whether both are not 0. Broadcasts and promotes. See {@link Binary#LOGICAL_AND}. */
  default Tensor logicalAnd(Tensor y) {
    return binary(Binary.LOGICAL_AND, y);
  }

  /** Whether one is not 0. Broadcasts and promotes. See {@link Binary#LOGICAL_OR}. */
  default Tensor logicalOr(Tensor y) {
    return binary(Binary.LOGICAL_OR, y);
  }

  /** Whether exactly one is not 0. Broadcasts and promotes. See {@link Binary#LOGICAL_XOR}. */
  default Tensor logicalXor(Tensor y) {
    return binary(Binary.LOGICAL_XOR, y);
  }

  /** Bitwise and. Broadcasts and promotes. See {@link Binary#BITWISE_AND}. */
  default Tensor bitwiseAnd(Tensor y) {
    return binary(Binary.BITWISE_AND, y);
  }

  /** Bitwise and. */
  default Tensor bitwiseAnd(long y) {
    return withScalar(Binary.BITWISE_AND, y, false);
  }

  /** Bitwise or. Broadcasts and promotes. See {@link Binary#BITWISE_OR}. */
  default Tensor bitwiseOr(Tensor y) {
    return binary(Binary.BITWISE_OR, y);
  }

  /** Bitwise or. */
  default Tensor bitwiseOr(long y) {
    return withScalar(Binary.BITWISE_OR, y, false);
  }

  /** Bitwise exclusive or. Broadcasts and promotes. See {@link Binary#BITWISE_XOR}. */
  default Tensor bitwiseXor(Tensor y) {
    return binary(Binary.BITWISE_XOR, y);
  }

  /** Bitwise exclusive or. */
  default Tensor bitwiseXor(long y) {
    return withScalar(Binary.BITWISE_XOR, y, false);
  }

  /** y − x: the receiver is subtracted from the number. */
  default Tensor rsub(long y) {
    return withScalar(Binary.SUB, y, true);
  }

  /** y − x: the receiver is subtracted from the number. */
  default Tensor rsub(double y) {
    return withScalar(Binary.SUB, y, true);
  }

  /** y / x: the number is divided by the receiver. */
  default Tensor rdiv(double y) {
    return withScalar(Binary.DIV, y, true);
  }

  /** y^x: the number is raised to the receiver. */
  default Tensor rpow(double y) {
    return withScalar(Binary.POW, y, true);
  }

  /**
   * Limits every element to [low, high]; infinite bounds leave that side open. Integers become
   * floating where a bound is not whole.
   */
  default Tensor clamp(double low, double high) {
    Tensor x = (Tensor) this;
    boolean whole = low == Math.rint(low) && high == Math.rint(high);
    return Dispatch.run(
        new Clamp(low, high), whole || x.dtype() == DType.BOOL ? x : floating("clamp", x));
  }

  /**
   * The receiver is the condition: {@code x} where it holds, else {@code y}. Broadcasts and
   * promotes.
   */
  default Tensor where(Tensor x, Tensor y) {
    Tensor condition = (Tensor) this;
    DType dtype = DType.promote(x.dtype(), y.dtype());
    Where op = new Where();
    Shape shape = Shape.broadcast(op, condition.shape(), Shape.broadcast(op, x.shape(), y.shape()));
    return Dispatch.run(
        op, condition.expand(shape), x.to(dtype).expand(shape), y.to(dtype).expand(shape));
  }

  /** Zeroes elements with probability p and scales the rest, with this thread's generator. */
  default Tensor dropout(double p) {
    Tensor x = (Tensor) this;
    Generator generator = Context.current().generator();
    return Dispatch.run(new DropoutOp(p, generator.seed(), generator.reserve(x.numel())), x);
  }

  /** Converts to {@code dtype}; itself when it has it already. See {@link Cast}. */
  default Tensor to(DType dtype) {
    Tensor x = (Tensor) this;
    return x.dtype() == dtype ? x : Dispatch.run(new Cast(dtype), x);
  }

  private Tensor unary(Unary op) {
    Tensor x = (Tensor) this;
    return Dispatch.run(op, op.dtypes().contains(x.dtype()) ? x : floating(op, x));
  }

  /** Integers become the default dtype where a function has no integer result; bool likewise. */
  private static Tensor floating(Object op, Tensor x) {
    if (x.dtype().isFloating()) {
      return x;
    }
    if (x.dtype() == DType.BOOL
        && op instanceof Unary unary
        && unary.dtypes().contains(DType.INT64)) {
      return x; // neg, sign and the like: refused by the op itself, with its name
    }
    return x.to(Context.current().defaultDtype());
  }

  private Tensor binary(Binary op, Tensor y) {
    Tensor x = (Tensor) this;
    DType dtype = resultType(x, y);
    if (!op.dtypes().contains(dtype) && !dtype.isFloating()
        || op == Binary.DIV && !dtype.isFloating()) {
      dtype =
          op.dtypes().contains(DType.FLOAT32) && dtype != DType.BOOL
                  || op == Binary.DIV
                  || !op.dtypes().contains(DType.INT64)
              ? Context.current().defaultDtype()
              : dtype;
    }
    Shape shape = Shape.broadcast(op, x.shape(), y.shape());
    return Dispatch.run(op, x.to(dtype).expand(shape), y.to(dtype).expand(shape));
  }

  /**
   * PyTorch's rule for two tensors: one of rank 0 does not raise the dtype of one with dimensions,
   * unless it is of a higher category.
   */
  private static DType resultType(Tensor x, Tensor y) {
    boolean scalarX = x.rank() == 0;
    boolean scalarY = y.rank() == 0;
    if (scalarX != scalarY) {
      DType wide = scalarX ? y.dtype() : x.dtype();
      DType narrow = scalarX ? x.dtype() : y.dtype();
      if (narrow.category().compareTo(wide.category()) <= 0) {
        return wide;
      }
    }
    return DType.promote(x.dtype(), y.dtype());
  }

  private Tensor withScalar(Binary op, Number scalar, boolean scalarFirst) {
    Tensor x = (Tensor) this;
    if (!x.dtype().isFloating() && (scalar instanceof Double || op == Binary.DIV)) {
      x = x.to(Context.current().defaultDtype());
    } else if (x.dtype() == DType.BOOL && !op.isPredicate()) {
      x = x.to(DType.INT64);
    }
    Number value = x.dtype().isFloating() ? (Number) scalar.doubleValue() : scalar;
    return Dispatch.run(new WithScalar(op, value, scalarFirst), x);
  }
}
