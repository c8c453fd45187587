package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Picks one element per index: y[i, j] = x[index[i, j], j] for {@code dim} 0, and so on.
 *
 * <p>Inputs: x and index of one rank; outside {@code dim} the index may not be larger than x.
 * Shape: that of the index.
 */
public record Gather(int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireDim(this, dim);
    TensorSpec index = inputs.get(1).requireIndex(this);
    requireFits(this, dim, x.shape(), index.shape(), "x");
    return List.of(x.withShape(index.shape()));
  }

  /** Outside {@code dim}, an index may not reach further than the tensor it points into. */
  static void requireFits(Op op, int dim, Shape x, Shape index, String what) {
    if (x.rank() != index.rank()) {
      throw new ShapeException(op + ": " + what + " " + x + ", index " + index + ": ranks differ");
    }
    for (int d = 0; d < x.rank(); d++) {
      if (d != dim && index.size(d) > x.size(d)) {
        throw new ShapeException(
            op
                + ": "
                + what
                + " "
                + x
                + ", index "
                + index
                + ": the index is larger at dimension "
                + d);
      }
    }
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        Gradient.fromInputs(
            0b10,
            (g, p) ->
                dev.weft.engine.Dispatch.run(
                    new ScatterSum(dim, p.inputSpec(0).shape()), p.input(1), g)));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Gather(0), shape(5, 3), shape(2, 3)).index(1, 5),
        Sample.of(new Gather(1), shape(5, 4), shape(5, 6)).index(1, 4),
        Sample.of(new Gather(1), shape(2, 3, 4), shape(1, 2, 4)).index(1, 3),
        Sample.of(new Gather(0), shape(4), shape(0)).index(1, 4),
        Sample.of(new Gather(0), shape(4), shape(9)).index(1, 4),
        Sample.of(new Gather(2), shape(2, 3, 4), shape(2, 3, 5)).index(1, 4),
        Sample.of(new Gather(0), shape(), shape()).index(1, 1),
        Sample.of(new Gather(1), shape(3, 67), shape(2, 70)).index(1, 67));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(5, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new Gather(0),
            ShapeException.class,
            "the index is larger at dimension 1",
            x,
            TensorSpec.of(shape(2, 4), DType.INT64)),
        ErrorSample.of(
            new Gather(0),
            ShapeException.class,
            "ranks differ",
            x,
            TensorSpec.of(shape(2), DType.INT64)),
        ErrorSample.of(new Gather(0), DTypeException.class, "indices must be int64", x, x));
  }

  @Override
  public String toString() {
    return "gather[dim=" + dim + "]";
  }
}
