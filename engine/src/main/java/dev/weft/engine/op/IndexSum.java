package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Adds rows up by index: y[…, index[i], …] += x[…, i, …] onto zeros, along {@code dim}. The
 * gradient of {@link IndexSelect} and the body of index_add. Rows are added in the order of i.
 *
 * <p>Inputs: index (k), x (*, k, *). Shape: (*, size, *).
 */
public record IndexSum(int dim, long size) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec index = inputs.get(0).requireIndex(this);
    TensorSpec x = inputs.get(1).requireRank(this, 1).requireDim(this, dim).requireNumeric(this);
    if (index.rank() != 1 || index.shape().numel() != x.shape().size(dim)) {
      throw new ShapeException(
          this
              + ": index "
              + index.shape()
              + " for "
              + x.shape()
              + ": one index per row of dimension "
              + dim);
    }
    return List.of(x.withShape(x.shape().with(dim, size)));
  }

  @Override
  public Gradient gradient() {
    return new Gradient() {
      @Override
      public Saves saves(int needs) {
        return new Saves(1, 0);
      }

      @Override
      public void pull(Pull pull) {
        pull.give(1, pull.grad().indexSelect(dim, pull.input(0)));
      }
    };
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.NUMERIC;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new IndexSum(0, 5), shape(7), shape(7, 3)).index(0, 5),
        Sample.of(new IndexSum(1, 4), shape(6), shape(2, 6, 3)).index(0, 4),
        Sample.of(new IndexSum(0, 3), shape(5), shape(5)).index(0, 3),
        Sample.of(new IndexSum(0, 3), shape(0), shape(0, 2)).index(0, 3),
        Sample.of(new IndexSum(2, 3), shape(5), shape(2, 2, 5)).index(0, 3),
        Sample.of(new IndexSum(0, 1), shape(6), shape(6, 3)).index(0, 1).named("all in one row"),
        Sample.of(new IndexSum(0, 9), shape(2), shape(2, 67)).index(0, 9),
        Sample.of(new IndexSum(1, 3), shape(2), shape(0, 2)).index(0, 3));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new IndexSum(0, 5),
            ShapeException.class,
            "one index per row",
            TensorSpec.of(shape(3), DType.INT64),
            TensorSpec.of(shape(4, 2), DType.FLOAT32)),
        ErrorSample.of(
            new IndexSum(0, 5),
            DTypeException.class,
            "indices must be int64",
            TensorSpec.of(shape(4), DType.FLOAT32),
            TensorSpec.of(shape(4, 2), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "index_sum[dim=" + dim + ", size=" + size + "]";
  }
}
