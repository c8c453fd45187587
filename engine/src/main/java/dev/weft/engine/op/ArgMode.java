package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Where the most frequent value of each slice along {@code dim} is: its last place. Of equally
 * frequent values the smallest counts. NaN equals nothing, and is larger than every number.
 *
 * <p>Shape: the dim stays with size 1. Dtype: any → int64.
 */
public record ArgMode(int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireDim(this, dim);
    if (x.rank() == 0) {
      return List.of(x.withDtype(DType.INT64));
    }
    Shape shape = x.shape().with(dim, 1);
    if (x.shape().size(dim) == 0 && shape.numel() > 0) {
      throw new ShapeException(this + ": " + x.shape() + ": an empty slice has no mode");
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
        Sample.of(new ArgMode(1), shape(5, 7)),
        Sample.of(new ArgMode(0), shape(5, 7)),
        Sample.of(new ArgMode(1), shape(2, 5, 3)),
        Sample.of(new ArgMode(0), shape()),
        Sample.of(new ArgMode(1), shape(0, 3)),
        Sample.of(new ArgMode(0), shape(1)),
        Sample.of(new ArgMode(0), shape(67)),
        Sample.of(new ArgMode(0), shape(9)).within(1, 1).named("one value: its last place"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new ArgMode(2),
            ShapeException.class,
            "dimension 2 is out of range",
            TensorSpec.of(shape(2, 3), DType.FLOAT32)),
        ErrorSample.of(
            new ArgMode(0),
            ShapeException.class,
            "an empty slice has no mode",
            TensorSpec.of(shape(0, 3), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "argmode[dim=" + dim + "]";
  }
}
