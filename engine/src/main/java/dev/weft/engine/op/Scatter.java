package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * A copy of x in which y[index[i, j], j] = source[i, j], for {@code dim} 0, and so on. Where an
 * index occurs twice, the later element (in row-major order) wins.
 *
 * <p>Inputs: x, index, source of one rank.
 */
public record Scatter(int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireDim(this, dim);
    TensorSpec index = inputs.get(1).requireIndex(this);
    requireSource(this, dim, x, index, inputs.get(2));
    return List.of(x);
  }

  /** The source has the dtype of x, and index fits into both. */
  static void requireSource(Op op, int dim, TensorSpec x, TensorSpec index, TensorSpec source) {
    if (source.dtype() != x.dtype()) {
      throw new DTypeException(
          op
              + ": "
              + x
              + " and source "
              + source
              + ": dtypes differ; convert one with x.to(dtype)");
    }
    Gather.requireFits(op, dim, x.shape(), index.shape(), "x");
    Gather.requireFits(op, -1, source.shape(), index.shape(), "source");
  }

  /** The part of a source that an index of this shape reaches. */
  static Tensor corner(Tensor source, Shape index) {
    for (int d = 0; d < index.rank(); d++) {
      if (source.size(d) != index.size(d)) {
        source = source.narrow(d, 0, index.size(d));
      }
    }
    return source;
  }

  /** The gradient of a source from that of its {@link #corner}: 0 for what is not used. */
  static Tensor uncorner(Tensor g, TensorSpec source) {
    int rank = source.rank();
    long[] pads = new long[2 * rank];
    for (int d = 0; d < rank; d++) {
      pads[2 * (rank - 1 - d) + 1] = source.shape().size(d) - g.size(d);
    }
    return g.shape().equals(source.shape()) ? g : g.pad(pads);
  }

  /** As in PyTorch, the source's gradient is right only where no index occurs twice. */
  @Override
  public Gradient gradient() {
    return new Gradient() {
      @Override
      public Saves saves(int needs) {
        return new Saves(0b10, 0);
      }

      @Override
      public void pull(Pull pull) {
        Tensor index = pull.input(1);
        if (pull.needs(0)) {
          Tensor zeros = Tensor.zeros(index.shape(), pull.grad().dtype(), index.device());
          pull.give(0, pull.grad().scatter(dim, index, zeros));
        }
        if (pull.needs(2)) {
          pull.give(2, uncorner(pull.grad().gather(dim, index), pull.inputSpec(2)));
        }
      }
    };
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.ALL;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Scatter(1), shape(3, 5), shape(3, 1), shape(3, 1)).index(1, 5),
        Sample.of(new Scatter(0), shape(4), shape(1), shape(1)).index(1, 4),
        Sample.of(new Scatter(0), shape(4, 2), shape(1, 2), shape(3, 2))
            .index(1, 4)
            .named("a source larger than the index"),
        Sample.of(new Scatter(0), shape(4), shape(0), shape(0)).index(1, 4),
        // one index per row, so that none is written twice
        Sample.of(new Scatter(2), shape(2, 3, 4), shape(2, 3, 1), shape(2, 3, 1)).index(1, 4),
        Sample.of(new Scatter(1), shape(3, 67), shape(2, 1), shape(2, 1)).index(1, 67),
        Sample.of(new Scatter(0), shape(1, 5), shape(1, 3), shape(1, 4)).index(1, 1),
        Sample.of(new Scatter(0), shape(), shape(), shape()).index(1, 1));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(3, 5), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new Scatter(1),
            ShapeException.class,
            "source",
            x,
            TensorSpec.of(shape(3, 2), DType.INT64),
            TensorSpec.of(shape(3, 1), DType.FLOAT32)),
        ErrorSample.of(
            new Scatter(1),
            DTypeException.class,
            "dtypes differ",
            x,
            TensorSpec.of(shape(3, 1), DType.INT64),
            TensorSpec.of(shape(3, 1), DType.INT64)));
  }

  @Override
  public String toString() {
    return "scatter[dim=" + dim + "]";
  }
}
