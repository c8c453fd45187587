package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Picks rows: y[…, i, …] = x[…, index[i], …] along {@code dim}. An embedding is this op on
 * dimension 0.
 *
 * <p>Inputs: x (*, n, *), index (k) int64 or int32, from 0 to n − 1. Shape: (*, k, *).
 */
public record IndexSelect(int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireRank(this, 1).requireDim(this, dim);
    TensorSpec index = inputs.get(1).requireIndex(this);
    if (index.rank() != 1) {
      throw new ShapeException(this + ": index " + index.shape() + ": must have one dimension");
    }
    return List.of(x.withShape(x.shape().with(dim, index.shape().numel())));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.fromInputs(
            0b10,
            (g, p) ->
                dev.weft.engine.Dispatch.run(
                    new IndexSum(dim, p.inputSpec(0).shape().size(dim)), p.input(1), g)));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new IndexSelect(0), shape(5, 3), shape(7)).index(1, 5),
        Sample.of(new IndexSelect(1), shape(2, 4, 3), shape(2)).index(1, 4),
        Sample.of(new IndexSelect(0), shape(6), shape(4)).index(1, 6),
        Sample.of(new IndexSelect(0), shape(5, 3), shape(0)).index(1, 5),
        Sample.of(new IndexSelect(2), shape(2, 3, 4), shape(9)).index(1, 4),
        Sample.of(new IndexSelect(0), shape(1, 4), shape(3)).index(1, 1),
        Sample.of(new IndexSelect(1), shape(3, 67), shape(5)).index(1, 67),
        Sample.of(new IndexSelect(1), shape(0, 3), shape(2)).index(1, 3));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(5, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(new IndexSelect(0), DTypeException.class, "indices must be int64", x, x),
        ErrorSample.of(
            new IndexSelect(2),
            ShapeException.class,
            "dimension 2 is out of range",
            x,
            TensorSpec.of(shape(2), DType.INT64)),
        ErrorSample.of(
            new IndexSelect(0),
            ShapeException.class,
            "must have one dimension",
            x,
            TensorSpec.of(shape(2, 2), DType.INT64)));
  }

  @Override
  public String toString() {
    return "index_select[dim=" + dim + "]";
  }
}
