package dev.weft.engine.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.SQRT;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Unary;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Elementwise functions of one input, on every dtype. */
final class UnaryKernels {

  private static final Table<Unary, Kernel<Loops.Unary>> F32 =
      new Table<>(Unary.class, UnaryKernels::onFloats);
  private static final Table<Unary, Kernel<Loops.Unary>> F64 =
      new Table<>(Unary.class, UnaryKernels::onDoubles);

  private UnaryKernels() {}

  /** y = op(x). */
  static void run(Unary op, Tensor x, Tensor y) {
    Elementwise.unary(loop(op, x.dtype(), y.dtype(), y.numel()), grain(op), x, y);
  }

  private static Loops.Unary loop(Unary op, DType from, DType to, long count) {
    return switch (from) {
      case FLOAT32 -> F32.get(op).form(count);
      case FLOAT64 -> F64.get(op).form(count);
      case FLOAT16, BFLOAT16 ->
          op.isPredicate()
              ? PlainLoops.unary(from, to, op::at)
              : HalfLoops.unary(from, F32.get(op).form(count));
      case INT8, INT16, INT32, INT64, UINT8, BOOL -> PlainLoops.onIntegers(from, to, op::at);
      case COMPLEX64, COMPLEX128 ->
          throw new IllegalArgumentException(op + ": " + from + " is no real type");
    };
  }

  /** The loop of {@code op} from float32 to float32, or from float64 to float64. */
  static Loops.Unary on(Unary op, DType dtype, long count) {
    return loop(op, dtype, dtype, count);
  }

  /** The loop of x² on float32 or float64; a power of 2 is one. */
  static Kernel<Loops.Unary> square(DType dtype) {
    return (dtype == DType.FLOAT64 ? F64 : F32).get(Unary.SQUARE);
  }

  private static long grain(Unary op) {
    return switch (op) {
      case NEG, ABS, SIGN, SQUARE, RELU -> Elementwise.LIGHT;
      case FLOOR,
          CEIL,
          ROUND,
          TRUNC,
          EXP,
          EXP2,
          EXPM1,
          LOG,
          LOG2,
          LOG10,
          LOG1P,
          SQRT,
          RSQRT,
          RECIPROCAL,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH,
          TANH,
          ERF,
          SIGMOID,
          GELU,
          GELU_TANH,
          SILU,
          ISNAN,
          ISINF,
          ISFINITE,
          LOGICAL_NOT ->
          Elementwise.HEAVY;
    };
  }

  private static Kernel<Loops.Unary> onFloats(Unary op) {
    return switch (op) {
      case NEG, ABS, SIGN, SQUARE, SQRT, RECIPROCAL, RELU ->
          floats(op::at, UnaryKernels.<Float>exact(op));
      case RSQRT -> floats(x -> 1 / (float) Math.sqrt(x), UnaryKernels.<Float>exact(op));
      case EXP -> floats(x -> FloatMath.exp((float) x), x -> FloatVectorMath.exp((FloatVector) x));
      case LOG -> floats(x -> FloatMath.log((float) x), x -> FloatVectorMath.log((FloatVector) x));
      case TANH ->
          floats(x -> FloatMath.tanh((float) x), x -> FloatVectorMath.tanh((FloatVector) x));
      case ERF -> floats(x -> FloatMath.erf((float) x), x -> FloatVectorMath.erf((FloatVector) x));
      case SIGMOID ->
          floats(x -> FloatMath.sigmoid((float) x), x -> FloatVectorMath.sigmoid((FloatVector) x));
      case GELU ->
          floats(x -> FloatMath.gelu((float) x), x -> FloatVectorMath.gelu((FloatVector) x));
      case GELU_TANH ->
          floats(
              x -> FloatMath.geluTanh((float) x), x -> FloatVectorMath.geluTanh((FloatVector) x));
      case SILU ->
          floats(x -> FloatMath.silu((float) x), x -> FloatVectorMath.silu((FloatVector) x));
      case FLOOR,
          CEIL,
          ROUND,
          TRUNC,
          EXP2,
          EXPM1,
          LOG2,
          LOG10,
          LOG1P,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH ->
          Kernel.plainOnly(PlainLoops.unary(DType.FLOAT32, DType.FLOAT32, op::at));
      case ISNAN, ISINF, ISFINITE, LOGICAL_NOT ->
          Kernel.plainOnly(PlainLoops.unary(DType.FLOAT32, DType.BOOL, op::at));
    };
  }

  private static Kernel<Loops.Unary> onDoubles(Unary op) {
    return switch (op) {
      case NEG, ABS, SIGN, SQUARE, SQRT, RECIPROCAL, RSQRT, RELU ->
          new Kernel<>(
              PlainLoops.unary(DType.FLOAT64, DType.FLOAT64, op::at),
              () -> stamp(UnaryKernels.<Double>exact(op), Lanes.F64),
              Exercises::unary);
      case EXP -> doubles(x -> DoubleMath.exp((DoubleVector) x));
      case LOG -> doubles(x -> DoubleMath.log((DoubleVector) x));
      case TANH -> doubles(x -> DoubleMath.tanh((DoubleVector) x));
      case ERF -> doubles(x -> DoubleMath.erf((DoubleVector) x));
      case SIGMOID -> doubles(x -> DoubleMath.sigmoid((DoubleVector) x));
      case GELU -> doubles(x -> DoubleMath.gelu((DoubleVector) x));
      case GELU_TANH -> doubles(x -> DoubleMath.geluTanh((DoubleVector) x));
      case SILU -> doubles(x -> DoubleMath.silu((DoubleVector) x));
      case FLOOR,
          CEIL,
          ROUND,
          TRUNC,
          EXP2,
          EXPM1,
          LOG2,
          LOG10,
          LOG1P,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH ->
          Kernel.plainOnly(PlainLoops.unary(DType.FLOAT64, DType.FLOAT64, op::at));
      case ISNAN, ISINF, ISFINITE, LOGICAL_NOT ->
          Kernel.plainOnly(PlainLoops.unary(DType.FLOAT64, DType.BOOL, op::at));
    };
  }

  /** Functions that IEEE 754 defines to the last bit, for either element type. */
  private static <E> UnaryLoop.Body<E> exact(Unary op) {
    return switch (op) {
      case NEG -> x -> x.neg();
      case ABS -> x -> x.abs();
      case SIGN -> // ±0 and NaN pass through
          x -> x.blend(1, x.compare(GT, 0)).blend(-1, x.compare(LT, 0));
      case SQUARE -> x -> x.mul(x);
      case SQRT -> x -> x.lanewise(SQRT);
      case RSQRT -> x -> x.broadcast(1).div(x.lanewise(SQRT));
      case RECIPROCAL -> x -> x.broadcast(1).div(x);
      case RELU -> x -> x.blend(0, x.compare(GT, 0).or(x.compare(NE, x)).not());
      case FLOOR,
          CEIL,
          ROUND,
          TRUNC,
          EXP,
          EXP2,
          EXPM1,
          LOG,
          LOG2,
          LOG10,
          LOG1P,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH,
          TANH,
          ERF,
          SIGMOID,
          GELU,
          GELU_TANH,
          SILU,
          ISNAN,
          ISINF,
          ISFINITE,
          LOGICAL_NOT ->
          throw new IllegalArgumentException(op + " is not exact");
    };
  }

  private static Kernel<Loops.Unary> floats(DoubleUnaryOperator plain, UnaryLoop.Body<Float> body) {
    return new Kernel<>(
        PlainLoops.unary(DType.FLOAT32, DType.FLOAT32, plain),
        () -> stamp(body, Lanes.F32),
        Exercises::unary);
  }

  private static Kernel<Loops.Unary> doubles(UnaryLoop.Body<Double> body) {
    return Kernel.vectorOnly(() -> stamp(body, Lanes.F64));
  }

  private static <E> Loops.Unary stamp(UnaryLoop.Body<E> body, VectorSpecies<E> species) {
    return Stamp.<Loops.Unary>copyOf(UnaryLoop.class, new UnaryLoop.Data(body, species));
  }
}
