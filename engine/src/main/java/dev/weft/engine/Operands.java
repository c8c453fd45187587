package dev.weft.engine;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.WithScalar;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How the methods of {@link Tensor} prepare the operands of elementwise ops: broadcasting,
 * promotion, and the conversion of integers where a function has no integer result.
 */
final class Operands {

  private Operands() {}

  /** The argument, or an exception that says which op lacks which. */
  static <T> T given(Object op, String name, @Nullable T argument) {
    if (argument == null) {
      throw new NullPointerException(op + ": " + name + " is null");
    }
    return argument;
  }

  /** f(x) in a floating dtype; integers and bool become the default dtype first. */
  static Tensor inFloating(Op op, Tensor x) {
    return Dispatch.run(op, floating(x));
  }

  /** {@code x}, with integers and bool converted to the default dtype. */
  static Tensor floating(Tensor x) {
    return x.dtype().isInexact() ? x : x.to(Context.current().defaultDtype());
  }

  static Tensor unary(Unary op, Tensor x) {
    boolean refused = x.dtype() == DType.BOOL && op.dtypes().contains(DType.INT64);
    return op.dtypes().contains(x.dtype()) || refused // neg and the like say so themselves
        ? Dispatch.run(op, x)
        : inFloating(op, x);
  }

  static Tensor binary(Binary op, Tensor x, Tensor y) {
    DType dtype = resultType(given(op, "input", x), given(op, "other", y));
    if (op == Binary.SUB) {
      x.spec().requireNumeric(op);
      y.spec().requireNumeric(op);
    }
    boolean fits = op.dtypes().contains(dtype) && (op != Binary.DIV || dtype.isInexact());
    boolean floating = op.dtypes().contains(DType.FLOAT32);
    boolean integer = op.dtypes().contains(DType.INT64) && op != Binary.DIV;
    if (!fits && !dtype.isInexact() && (floating && dtype != DType.BOOL || !integer)) {
      dtype = Context.current().defaultDtype();
    }
    // A half tensor meets a scalar as it is: rounding it first would be a second rounding.
    boolean wideScalar =
        dtype.isHalf() && !op.isPredicate() && (x.dtype() != dtype || y.dtype() != dtype);
    return wideScalar && (x.rank() == 0) != (y.rank() == 0)
        ? broadcast(op, DType.FLOAT32, x, y).to(dtype)
        : broadcast(op, dtype, x, y);
  }

  static Tensor binary(SpecialBinary op, Tensor x, Tensor y) {
    DType dtype = resultType(given(op, "input", x), given(op, "other", y));
    if (!dtype.isInexact() && op.convertsIntegers()) {
      dtype = Context.current().defaultDtype();
    }
    return broadcast(op, dtype, x, y);
  }

  /** op(x, y), both converted to {@code dtype} and broadcast to one shape. */
  static Tensor broadcast(Op op, DType dtype, Tensor x, Tensor y) {
    Shape shape = Shape.broadcast(op, x.shape(), y.shape());
    return Dispatch.run(op, x.to(dtype).expand(shape), y.to(dtype).expand(shape));
  }

  static Tensor withScalar(Binary op, Tensor x, Number scalar, boolean scalarFirst) {
    boolean fraction = scalar instanceof Double || op == Binary.DIV;
    boolean refused = x.dtype() == DType.BOOL && op == Binary.SUB; // says so itself
    if (!x.dtype().isInexact() && fraction && !refused) {
      x = x.to(Context.current().defaultDtype());
    } else if (x.dtype() == DType.BOOL && !op.isPredicate() && op != Binary.SUB) {
      x = x.to(DType.INT64);
    }
    if (refused) {
      x.spec().requireNumeric(op);
    }
    Number value = x.dtype().isInexact() ? (Number) scalar.doubleValue() : scalar;
    return Dispatch.run(new WithScalar(op, value, scalarFirst), x);
  }

  /** A number as a tensor of rank 0 beside {@code x}: it does not raise the dtype of {@code x}. */
  static Tensor scalar(Tensor x, Number value) {
    DType dtype = value instanceof Long ? DType.INT64 : Context.current().defaultDtype();
    return Tensor.full(Shape.SCALAR, value, x.dtype().isInexact() ? x.dtype() : dtype, x.device());
  }

  /**
   * PyTorch's rule for two tensors: one of rank 0 does not raise the dtype of one with dimensions,
   * unless it is of a higher category.
   */
  static DType resultType(Tensor x, Tensor y) {
    boolean scalarX = x.rank() == 0;
    boolean scalarY = y.rank() == 0;
    if (scalarX != scalarY) {
      DType wide = scalarX ? y.dtype() : x.dtype();
      DType narrow = scalarX ? x.dtype() : y.dtype();
      if (narrow.isComplex() && wide.isFloating()) {
        return wide.toComplex(); // the category rises, the width of the parts does not
      }
      if (narrow.category().compareTo(wide.category()) <= 0) {
        return wide;
      }
    }
    return DType.promote(x.dtype(), y.dtype());
  }

  /**
   * A composition of several ops with one rounding at the end: half types are computed in float32.
   */
  static Tensor wide(Tensor x, UnaryOperator<Tensor> f) {
    return x.dtype().isHalf() ? f.apply(x.to(DType.FLOAT32)).to(x.dtype()) : f.apply(x);
  }

  /** Whether all are of one half type. */
  static boolean isHalf(List<Tensor> operands) {
    return !operands.isEmpty()
        && operands.getFirst().dtype().isHalf()
        && operands.stream().allMatch(x -> x.dtype() == operands.getFirst().dtype());
  }

  /** As {@link #wide(Tensor, UnaryOperator)}, for a result that has another dtype than x. */
  static Tensor wide(Tensor x, DType result, UnaryOperator<Tensor> f) {
    return result.isHalf() ? wide(x, f) : f.apply(x);
  }

  /** An operand of {@link #wide}: in float32 where its half type was widened. */
  static Tensor like(Tensor x, Tensor y) {
    return x.dtype() == DType.FLOAT32 && y.dtype().isHalf() ? y.to(DType.FLOAT32) : y;
  }

  /** x times a number; integers stay integers when it is whole. */
  static Tensor times(Tensor x, double value) {
    if (value == 1) {
      return x;
    }
    return !x.dtype().isFloating() && value == Math.rint(value)
        ? x.mul((long) value)
        : x.mul(value);
  }
}
