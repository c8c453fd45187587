package dev.weft.engine;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.CopyInto;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.WithScalar;

/**
 * Methods of {@link Tensor} that overwrite the receiver, and return it. Its shape and dtype stay:
 * the other operand broadcasts to it, and a result of a higher category does not fit. Views and
 * their base change together.
 *
 * <p>Gradients flow through changes of tensors that were computed. A leaf that requires a gradient
 * cannot be changed outside {@code Autograd.noGrad()}, nor can a view while gradients are recorded.
 */
public sealed interface InPlaceOps permits Tensor {

  /** x ← source, which broadcasts and converts; gradients go to the source. */
  default Tensor copyFrom(Tensor source) {
    Operands.given("copyFrom", "source", source);
    Tensor x = (Tensor) this;
    Dispatch.runAll(new CopyInto(), x, source.to(x.device()).expand(x.shape()));
    return x;
  }

  /** x ← value everywhere. */
  default Tensor fillInPlace(double value) {
    Tensor x = (Tensor) this;
    return copyFrom(Tensor.full(Shape.SCALAR, value, DType.FLOAT64, x.device()));
  }

  /** x ← value everywhere, exactly for all 64 bits. */
  default Tensor fillInPlace(long value) {
    Tensor x = (Tensor) this;
    return copyFrom(Tensor.full(Shape.SCALAR, value, DType.INT64, x.device()));
  }

  /** x ← 0 everywhere. */
  default Tensor zeroInPlace() {
    return fillInPlace(0);
  }

  /** x ← x + y. */
  default Tensor addInPlace(Tensor y) {
    return inPlace(Binary.ADD, y);
  }

  /** x ← x + y. */
  default Tensor addInPlace(double y) {
    return inPlace(Binary.ADD, y);
  }

  /** x ← x − y. */
  default Tensor subInPlace(Tensor y) {
    return inPlace(Binary.SUB, y);
  }

  /** x ← x − y. */
  default Tensor subInPlace(double y) {
    return inPlace(Binary.SUB, y);
  }

  /** x ← x · y. */
  default Tensor mulInPlace(Tensor y) {
    return inPlace(Binary.MUL, y);
  }

  /** x ← x · y. */
  default Tensor mulInPlace(double y) {
    return inPlace(Binary.MUL, y);
  }

  /** x ← x / y. */
  default Tensor divInPlace(Tensor y) {
    return inPlace(Binary.DIV, y);
  }

  /** x ← x / y. */
  default Tensor divInPlace(double y) {
    return inPlace(Binary.DIV, y);
  }

  /** x ← x^y. */
  default Tensor powInPlace(Tensor y) {
    return inPlace(Binary.POW, y);
  }

  /** x ← x^y. */
  default Tensor powInPlace(double y) {
    return inPlace(Binary.POW, y);
  }

  /** x ← ⌊x / y⌋. */
  default Tensor floorDivideInPlace(Tensor y) {
    return inPlace(Binary.FLOOR_DIVIDE, y);
  }

  /** x ← ⌊x / y⌋. */
  default Tensor floorDivideInPlace(double y) {
    return inPlace(Binary.FLOOR_DIVIDE, y);
  }

  /** x ← x − y ⌊x / y⌋. */
  default Tensor remainderInPlace(Tensor y) {
    return inPlace(Binary.REMAINDER, y);
  }

  /** x ← x − y ⌊x / y⌋. */
  default Tensor remainderInPlace(double y) {
    return inPlace(Binary.REMAINDER, y);
  }

  /** x ← the remainder of x / y with the sign of x. */
  default Tensor fmodInPlace(Tensor y) {
    return inPlace(Binary.FMOD, y);
  }

  /** x ← the remainder of x / y with the sign of x. */
  default Tensor fmodInPlace(double y) {
    return inPlace(Binary.FMOD, y);
  }

  /** x ← x and y, bit by bit. */
  default Tensor bitwiseAndInPlace(Tensor y) {
    return inPlace(Binary.BITWISE_AND, y);
  }

  /** x ← x or y, bit by bit. */
  default Tensor bitwiseOrInPlace(Tensor y) {
    return inPlace(Binary.BITWISE_OR, y);
  }

  /** x ← x exclusive or y, bit by bit. */
  default Tensor bitwiseXorInPlace(Tensor y) {
    return inPlace(Binary.BITWISE_XOR, y);
  }

  /** x ← |x|. */
  default Tensor absInPlace() {
    return inPlace(Unary.ABS);
  }

  /** x ← −x. */
  default Tensor negInPlace() {
    return inPlace(Unary.NEG);
  }

  /** x ← the sign of x. */
  default Tensor signInPlace() {
    return inPlace(Unary.SIGN);
  }

  /** x ← x². */
  default Tensor squareInPlace() {
    return inPlace(Unary.SQUARE);
  }

  /** x ← √x. */
  default Tensor sqrtInPlace() {
    return inPlace(Unary.SQRT);
  }

  /** x ← 1/√x. */
  default Tensor rsqrtInPlace() {
    return inPlace(Unary.RSQRT);
  }

  /** x ← 1/x. */
  default Tensor reciprocalInPlace() {
    return inPlace(Unary.RECIPROCAL);
  }

  /** x ← ⌊x⌋. */
  default Tensor floorInPlace() {
    return inPlace(Unary.FLOOR);
  }

  /** x ← ⌈x⌉. */
  default Tensor ceilInPlace() {
    return inPlace(Unary.CEIL);
  }

  /** x ← the nearest integer. */
  default Tensor roundInPlace() {
    return inPlace(Unary.ROUND);
  }

  /** x ← the integer part. */
  default Tensor truncInPlace() {
    return inPlace(Unary.TRUNC);
  }

  /** x ← eˣ. */
  default Tensor expInPlace() {
    return inPlace(Unary.EXP);
  }

  /** x ← 2ˣ. */
  default Tensor exp2InPlace() {
    return inPlace(Unary.EXP2);
  }

  /** x ← eˣ − 1. */
  default Tensor expm1InPlace() {
    return inPlace(Unary.EXPM1);
  }

  /** x ← log x. */
  default Tensor logInPlace() {
    return inPlace(Unary.LOG);
  }

  /** x ← log₂ x. */
  default Tensor log2InPlace() {
    return inPlace(Unary.LOG2);
  }

  /** x ← log₁₀ x. */
  default Tensor log10InPlace() {
    return inPlace(Unary.LOG10);
  }

  /** x ← log(1 + x). */
  default Tensor log1pInPlace() {
    return inPlace(Unary.LOG1P);
  }

  /** x ← sin x. */
  default Tensor sinInPlace() {
    return inPlace(Unary.SIN);
  }

  /** x ← cos x. */
  default Tensor cosInPlace() {
    return inPlace(Unary.COS);
  }

  /** x ← tan x. */
  default Tensor tanInPlace() {
    return inPlace(Unary.TAN);
  }

  /** x ← asin x. */
  default Tensor asinInPlace() {
    return inPlace(Unary.ASIN);
  }

  /** x ← acos x. */
  default Tensor acosInPlace() {
    return inPlace(Unary.ACOS);
  }

  /** x ← atan x. */
  default Tensor atanInPlace() {
    return inPlace(Unary.ATAN);
  }

  /** x ← sinh x. */
  default Tensor sinhInPlace() {
    return inPlace(Unary.SINH);
  }

  /** x ← cosh x. */
  default Tensor coshInPlace() {
    return inPlace(Unary.COSH);
  }

  /** x ← tanh x. */
  default Tensor tanhInPlace() {
    return inPlace(Unary.TANH);
  }

  /** x ← erf(x). */
  default Tensor erfInPlace() {
    return inPlace(Unary.ERF);
  }

  /** x ← 1 / (1 + e⁻ˣ). */
  default Tensor sigmoidInPlace() {
    return inPlace(Unary.SIGMOID);
  }

  /** x ← max(x, 0). */
  default Tensor reluInPlace() {
    return inPlace(Unary.RELU);
  }

  /** x ← min(max(x, low), high); infinite bounds leave that side open. */
  default Tensor clampInPlace(double low, double high) {
    return Dispatch.runInPlace(new Clamp(low, high), (Tensor) this);
  }

  /** x ← max(x, low). */
  default Tensor clampMinInPlace(double low) {
    return clampInPlace(low, Double.POSITIVE_INFINITY);
  }

  /** x ← min(x, high). */
  default Tensor clampMaxInPlace(double high) {
    return clampInPlace(Double.NEGATIVE_INFINITY, high);
  }

  /** x ← value where the mask, which broadcasts, holds. */
  default Tensor maskedFillInPlace(Tensor mask, double value) {
    Operands.given("masked_fill", "mask", mask);
    Tensor x = (Tensor) this;
    return replace("masked_fill", mask.where(value, x));
  }

  /** x ← x + value · a · b. */
  default Tensor addcmulInPlace(Tensor a, Tensor b, double value) {
    return replace("addcmul", ((Tensor) this).addcmul(a, b, value));
  }

  /** x ← x + value · a / b. */
  default Tensor addcdivInPlace(Tensor a, Tensor b, double value) {
    return replace("addcdiv", ((Tensor) this).addcdiv(a, b, value));
  }

  /** x ← x + weight (end − x). */
  default Tensor lerpInPlace(Tensor end, double weight) {
    return replace("lerp", ((Tensor) this).lerp(end, weight));
  }

  /** x ← x + weight (end − x). */
  default Tensor lerpInPlace(Tensor end, Tensor weight) {
    return replace("lerp", ((Tensor) this).lerp(end, weight));
  }

  /** x ← x plus source's rows, each added to the row of {@code dim} that its index names. */
  default Tensor indexAddInPlace(int dim, Tensor index, Tensor source) {
    return replace("index_add", ((Tensor) this).indexAdd(dim, index, source));
  }

  /** x ← x plus source's elements, each added in the place that its index names. */
  default Tensor scatterAddInPlace(int dim, Tensor index, Tensor source) {
    return replace("scatter_add", ((Tensor) this).scatterAdd(dim, index, source));
  }

  /**
   * x ← value where all indices are equal: the diagonal of a matrix, or that of a cube. With {@code
   * wrap} the diagonal of a tall matrix starts anew one row below each end.
   */
  default Tensor fillDiagonalInPlace(double value, boolean wrap) {
    Tensor x = (Tensor) this;
    x.spec().requireRank("fill_diagonal", 2);
    for (int d = 2; d < x.rank(); d++) {
      if (x.size(d) != x.size(0) || x.size(1) != x.size(0)) {
        throw new ShapeException(
            "fill_diagonal: " + x.shape() + ": with more than 2 dimensions, sizes must be equal");
      }
    }
    Tensor mask = Tensor.zeros(x.shape(), DType.BOOL, x.device());
    if (wrap && x.rank() == 2 && x.size(0) > x.size(1)) {
      mask.reshape(-1).unfold(0, 1, x.size(1) + 1).fillInPlace(1);
    } else {
      Tensor diagonal = mask;
      while (diagonal.rank() > 1) {
        diagonal = diagonal.diagonal(0, 0, 1);
      }
      diagonal.fillInPlace(1);
    }
    return maskedFillInPlace(mask, value);
  }

  /** x ← x combined with source's slices; see {@link Tensor#indexReduce}. */
  default Tensor indexReduceInPlace(
      int dim, Tensor index, Tensor source, ScatterReduction reduction, boolean includeSelf) {
    Tensor x = (Tensor) this;
    return replace("index_reduce", x.indexReduce(dim, index, source, reduction, includeSelf));
  }

  private Tensor inPlace(Unary op) {
    return Dispatch.runInPlace(op, (Tensor) this);
  }

  private Tensor inPlace(Binary op, Tensor y) {
    Operands.given(op, "other", y);
    Tensor x = (Tensor) this;
    if (op == Binary.SUB) {
      x.spec().requireNumeric(op);
      y.spec().requireNumeric(op);
    }
    requireFits(op, y.dtype());
    requireFloatingQuotient(op);
    if (y.dtype().isFloating() && y.dtype() != x.dtype()) {
      return replace(op.toString(), Operands.binary(op, x, y)); // rounded once, at the end
    }
    return Dispatch.runInPlace(op, x, y.to(x.dtype()).expand(x.shape()));
  }

  private Tensor inPlace(Binary op, double y) {
    Tensor x = (Tensor) this;
    DType dtype = x.dtype();
    boolean whole = y == Math.rint(y) && Math.abs(y) <= 0x1p63;
    if (!dtype.isInexact() && (dtype == DType.BOOL || !whole)) {
      throw doesNotFit(op, y);
    }
    requireFloatingQuotient(op);
    Number scalar = dtype.isInexact() ? (Number) y : (Number) (long) y;
    return Dispatch.runInPlace(new WithScalar(op, scalar, false), x);
  }

  /** x ← values that were computed from it. */
  private Tensor replace(String op, Tensor values) {
    Tensor x = (Tensor) this;
    requireFits(op, values.dtype());
    if (!values.shape().equals(x.shape())) {
      throw new ShapeException(
          op + " in place: the result is " + values.shape() + ", the target " + x.shape());
    }
    return copyFrom(values);
  }

  private void requireFits(Object op, DType dtype) {
    if (!dtype.canCast(((Tensor) this).dtype())) {
      throw doesNotFit(op, dtype);
    }
  }

  private DTypeException doesNotFit(Object op, Object other) {
    return new DTypeException(
        op + " in place: " + other + " does not fit into " + ((Tensor) this).dtype());
  }

  private void requireFloatingQuotient(Binary op) {
    DType dtype = ((Tensor) this).dtype();
    if (op == Binary.DIV && !dtype.isInexact()) {
      throw new DTypeException(
          op + " in place: a quotient does not fit into " + dtype + "; use floorDivideInPlace");
    }
  }
}
