package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Where the largest (or smallest) element up to here is, along {@code dim}: the last of equal ones.
 * NaN counts as more extreme than any number, and stays from there on.
 *
 * <p>Shape: (*) → (*). Dtype: any → int64.
 */
public record CumArg(boolean largest, int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireDim(this, dim).withDtype(DType.INT64));
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
        Sample.of(new CumArg(true, 0), shape(5, 7)),
        Sample.of(new CumArg(false, 0), shape(5, 7)),
        Sample.of(new CumArg(true, 1), shape(5, 7)),
        Sample.of(new CumArg(false, 1), shape(2, 5, 3)),
        Sample.of(new CumArg(true, 0), shape()),
        Sample.of(new CumArg(true, 1), shape(2, 0)),
        Sample.of(new CumArg(true, 0), shape(1)),
        Sample.of(new CumArg(false, 0), shape(9)).within(1, 1).named("ties: the last one"));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(new CumArg(true, 2), ShapeException.class, "dimension 2 is out of range", x),
        ErrorSample.of(
            new CumArg(false, -3), ShapeException.class, "dimension -3 is out of range", x));
  }

  @Override
  public String toString() {
    return (largest ? "cumargmax" : "cumargmin") + "[dim=" + dim + "]";
  }
}
