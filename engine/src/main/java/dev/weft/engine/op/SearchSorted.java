package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Where values would be inserted into ascending rows so that these stay sorted: before equal
 * elements, or behind them if {@code right}. NaN belongs at the end.
 *
 * <p>Inputs: sorted rows and values of one dtype. Shape: one row (n) with values (*), or rows (*,
 * n) with values (*, m) → that of the values. Dtype: all but bool → int64. Rows that are not sorted
 * give meaningless positions.
 */
public record SearchSorted(boolean right) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec rows = inputs.get(0).requireNumeric(this).requireRank(this, 1);
    TensorSpec values = inputs.get(1);
    if (rows.dtype() != values.dtype()) {
      throw new DTypeException(
          this + ": rows " + rows + ", values " + values + ": dtypes differ; convert one");
    }
    int last = rows.rank() - 1;
    if (rows.rank() > 1
        && (values.rank() != rows.rank()
            || !values.shape().slice(0, last).equals(rows.shape().slice(0, last)))) {
      throw new ShapeException(
          this
              + ": rows "
              + rows.shape()
              + ", values "
              + values.shape()
              + ": all sizes but the last must be equal");
    }
    return List.of(values.withDtype(DType.INT64));
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
    Domain one = Domain.within(0.5, 0.5).integers(1, 1); // equal elements are sorted
    return List.of(
        Sample.of(new SearchSorted(false), shape(5), shape(4, 3)).in(0, one),
        Sample.of(new SearchSorted(true), shape(5), shape(4, 3)).in(0, one),
        Sample.of(new SearchSorted(false), shape(2, 5), shape(2, 3)).in(0, one),
        Sample.of(new SearchSorted(true), shape(2, 3, 5), shape(2, 3, 4)).in(0, one),
        Sample.of(new SearchSorted(false), shape(1), shape()),
        Sample.of(new SearchSorted(false), shape(0), shape(3)),
        Sample.of(new SearchSorted(true), shape(3), shape(0)).in(0, one),
        Sample.of(new SearchSorted(true), shape(3), shape(3)).in(one).named("ties"));
  }

  public static List<ErrorSample> errors() {
    TensorSpec rows = TensorSpec.of(shape(2, 5), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new SearchSorted(false),
            ShapeException.class,
            "all sizes but the last",
            rows,
            TensorSpec.of(shape(3, 4), DType.FLOAT32)),
        ErrorSample.of(
            new SearchSorted(true),
            DTypeException.class,
            "dtypes differ",
            rows,
            TensorSpec.of(shape(2, 4), DType.FLOAT64)));
  }

  @Override
  public String toString() {
    return "searchsorted[" + (right ? "right" : "left") + "]";
  }
}
