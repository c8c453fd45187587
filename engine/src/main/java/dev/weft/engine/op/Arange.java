package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/** Evenly spaced numbers: y[i] = start + i · step. No inputs; a row of {@code spec}'s length. */
public record Arange(Number start, Number step, TensorSpec spec) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (spec.rank() != 1) {
      throw new ShapeException(this + ": needs one dimension");
    }
    return List.of(spec.requireNumeric(this));
  }

  @Override
  public Gradient gradient() {
    return Gradient.none();
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.NUMERIC;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Arange(0L, 1L, TensorSpec.of(shape(37), DType.INT64))),
        Sample.of(new Arange(-3L, 2L, TensorSpec.of(shape(5), DType.INT32))),
        Sample.of(new Arange(0.5, 0.25, TensorSpec.of(shape(37), DType.FLOAT32))),
        Sample.of(new Arange(1.0, -0.1, TensorSpec.of(shape(9), DType.FLOAT64))),
        Sample.of(new Arange(0L, 1L, TensorSpec.of(shape(0), DType.INT64))),
        Sample.of(new Arange(250L, 1L, TensorSpec.of(shape(5), DType.UINT8))),
        Sample.of(new Arange(0.0, 0.5, TensorSpec.of(shape(67), DType.FLOAT16))),
        Sample.of(new Arange(3L, 0L, TensorSpec.of(shape(1), DType.INT8))));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Arange(0L, 1L, TensorSpec.of(shape(2, 2), DType.INT64)),
            ShapeException.class,
            "one dimension"),
        ErrorSample.of(
            new Arange(0L, 1L, TensorSpec.of(shape(2), DType.BOOL)), DTypeException.class, "bool"));
  }

  @Override
  public String toString() {
    return "arange[" + start + ", step " + step + ", " + spec + "]";
  }
}
