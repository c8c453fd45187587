package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Adds elements up by index: y[index[i, j], j] += x[i, j] onto zeros of shape {@code shape}, for
 * {@code dim} 0, and so on. The gradient of {@link Gather} and the body of scatter_add.
 *
 * <p>Inputs: index, x of one rank; x may be larger than the index, the rest is not used.
 */
public record ScatterSum(int dim, Shape shape) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec index = inputs.get(0).requireIndex(this);
    TensorSpec x = inputs.get(1).requireDim(this, dim).requireNumeric(this);
    Gather.requireFits(this, dim, shape, index.shape(), "result");
    Gather.requireFits(this, -1, x.shape(), index.shape(), "source");
    return List.of(x.withShape(shape));
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
        Tensor index = pull.input(0);
        pull.give(1, Scatter.uncorner(pull.grad().gather(dim, index), pull.inputSpec(1)));
      }
    };
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.NUMERIC;
  }

  @Override
  public Autocast autocast() {
    return Autocast.WIDEST;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new ScatterSum(0, Shape.of(5, 3)), Shape.of(4, 3), Shape.of(4, 3)).index(0, 5),
        Sample.of(new ScatterSum(1, Shape.of(2, 4)), Shape.of(2, 6), Shape.of(2, 6)).index(0, 4),
        Sample.of(new ScatterSum(0, Shape.of(4)), Shape.of(2), Shape.of(3))
            .index(0, 4)
            .named("a source larger than the index"),
        Sample.of(new ScatterSum(0, Shape.of(4)), Shape.of(0), Shape.of(0)).index(0, 4),
        Sample.of(new ScatterSum(2, Shape.of(2, 3, 4)), Shape.of(2, 3, 5), Shape.of(2, 3, 5))
            .index(0, 4),
        Sample.of(new ScatterSum(0, Shape.of(1)), Shape.of(9), Shape.of(9))
            .index(0, 1)
            .named("all in one element"),
        Sample.of(new ScatterSum(1, Shape.of(3, 67)), Shape.of(2, 5), Shape.of(2, 5)).index(0, 67),
        Sample.of(new ScatterSum(0, Shape.SCALAR), Shape.SCALAR, Shape.SCALAR).index(0, 1));
  }

  public static List<ErrorSample> errors() {
    TensorSpec index = TensorSpec.of(Shape.of(4, 3), DType.INT64);
    return List.of(
        ErrorSample.of(
            new ScatterSum(0, Shape.of(5, 2)),
            ShapeException.class,
            "the index is larger at dimension 1",
            index,
            TensorSpec.of(Shape.of(4, 3), DType.FLOAT32)),
        ErrorSample.of(
            new ScatterSum(0, Shape.of(5, 3)),
            ShapeException.class,
            "source",
            index,
            TensorSpec.of(Shape.of(3, 3), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "scatter_sum[dim=" + dim + ", " + shape + "]";
  }
}
