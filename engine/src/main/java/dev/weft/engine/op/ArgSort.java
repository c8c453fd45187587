package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * The indices that sort each slice along {@code dim}. Stable: equal elements keep their order, also
 * when descending. NaN counts as larger than every number.
 *
 * <p>Shape: (*) → (*). Dtype: any → int64.
 */
public record ArgSort(int dim, boolean descending) implements Op {

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
        Sample.of(new ArgSort(1, false), shape(5, 7)),
        Sample.of(new ArgSort(1, true), shape(5, 7)),
        Sample.of(new ArgSort(0, false), shape(5, 7)),
        Sample.of(new ArgSort(1, true), shape(2, 5, 3)),
        Sample.of(new ArgSort(0, false), shape()),
        Sample.of(new ArgSort(1, false), shape(2, 0)),
        Sample.of(new ArgSort(0, true), shape(67)),
        Sample.of(new ArgSort(0, true), shape(9)).within(1, 1).named("ties keep their order"));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(2, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new ArgSort(2, false), ShapeException.class, "dimension 2 is out of range", x),
        ErrorSample.of(
            new ArgSort(-3, true), ShapeException.class, "dimension -3 is out of range", x));
  }

  @Override
  public String toString() {
    return "argsort[dim=" + dim + (descending ? ", descending" : "") + "]";
  }
}
