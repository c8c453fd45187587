package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * The index of the largest (or smallest) element along {@code dim}; the first of equal ones, and
 * the first NaN if there is one.
 *
 * <p>Shape: the dim disappears, or stays with size 1 when {@code keepdim}. Dtype: int64.
 */
public record ArgReduce(boolean largest, int dim, boolean keepdim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireDim(this, dim);
    if (x.rank() == 0) {
      return List.of(x.withDtype(DType.INT64));
    }
    Shape shape = keepdim ? x.shape().with(dim, 1) : x.shape().without(dim);
    if (x.shape().size(dim) == 0 && shape.numel() > 0) {
      throw new ShapeException(this + ": " + x.shape() + ": an empty slice has no extreme");
    }
    return List.of(x.withShape(shape).withDtype(DType.INT64));
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new ArgReduce(true, 1, false), shape(5, 7)),
        Sample.of(new ArgReduce(false, 0, true), shape(5, 7)),
        Sample.of(new ArgReduce(true, 1, false), shape(2, 67, 3)),
        Sample.of(new ArgReduce(true, 0, false), shape()),
        Sample.of(new ArgReduce(true, 0, false), shape(2, 0)),
        Sample.of(new ArgReduce(false, 0, false), shape(67)),
        Sample.of(new ArgReduce(false, 2, true), shape(2, 3, 4)),
        Sample.of(new ArgReduce(false, 0, false), shape(1, 3)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new ArgReduce(true, 0, false),
            ShapeException.class,
            "an empty slice",
            TensorSpec.of(shape(0, 3), DType.FLOAT32)),
        ErrorSample.of(
            new ArgReduce(true, 2, false),
            ShapeException.class,
            "dimension 2 is out of range",
            TensorSpec.of(shape(2, 3), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return (largest ? "argmax" : "argmin") + "[dim=" + dim + (keepdim ? ", keepdim" : "") + "]";
  }
}
