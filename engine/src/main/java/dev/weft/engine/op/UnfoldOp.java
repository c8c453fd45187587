package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.IndexException;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Windows along one dimension: y[…, w, …, k] = x[…, w · step + k, …]. Windows may overlap; their
 * gradients add up.
 *
 * <p>Shape: (*, n, *) → (*, ⌊(n − size) / step⌋ + 1, *, size).
 */
public record UnfoldOp(int dim, long size, long step) implements View {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireRank(this, 1).requireDim(this, dim);
    if (size < 0 || size > x.shape().size(dim)) {
      throw new IndexException(
          this
              + ": "
              + x.shape()
              + ": a window of "
              + size
              + " does not fit into dimension "
              + dim
              + " of size "
              + x.shape().size(dim));
    }
    if (step < 1) {
      throw new IndexException(this + ": step " + step + ": must be at least 1");
    }
    return List.of(x.withShape(windows(x.shape()).concat(shape(size))));
  }

  private Shape windows(Shape x) {
    return x.with(dim, (x.size(dim) - size) / step + 1);
  }

  @Override
  public Optional<Layout> layout(Layout input) {
    long[] strides = Arrays.copyOf(input.strides(), input.shape().rank() + 1);
    strides[input.shape().rank()] = strides[dim];
    strides[dim] *= step;
    Shape windows = windows(input.shape()).concat(shape(size));
    return Optional.of(Layout.strided(windows, strides, input.offset()));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(
            Gradient.Saves.NOTHING,
            (g, p) -> {
              long n = p.inputSpec(0).shape().size(dim);
              Tensor starts = Tensor.arange(g.size(dim)).mul(step).unsqueeze(1);
              Tensor positions = starts.add(Tensor.arange(size)).reshape(-1).to(g.device());
              Tensor rows = g.movedim(-1, dim + 1).flatten(dim, dim + 1);
              return Dispatch.run(new IndexSum(dim, n), positions, rows);
            }));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new UnfoldOp(0, 3, 1), shape(7)).named("overlapping"),
        Sample.of(new UnfoldOp(0, 2, 3), shape(9)).named("with gaps"),
        Sample.of(new UnfoldOp(0, 2, 2), shape(6, 2)),
        Sample.of(new UnfoldOp(1, 3, 2), shape(2, 8, 3)),
        Sample.of(new UnfoldOp(2, 4, 1), shape(2, 1, 4)).named("one window"),
        Sample.of(new UnfoldOp(0, 1, 1), shape(4)),
        Sample.of(new UnfoldOp(0, 0, 1), shape(3)).named("empty windows"),
        Sample.of(new UnfoldOp(1, 2, 1), shape(0, 3)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(4), DType.FLOAT32);
    return List.of(
        ErrorSample.of(new UnfoldOp(0, 5, 1), IndexException.class, "does not fit", x),
        ErrorSample.of(new UnfoldOp(0, 2, 0), IndexException.class, "at least 1", x),
        ErrorSample.of(
            new UnfoldOp(1, 2, 1), ShapeException.class, "dimension 1 is out of range", x));
  }

  @Override
  public String toString() {
    return "unfold[dim=" + dim + ", size=" + size + ", step=" + step + "]";
  }
}
