package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.IndexException;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every {@code step}-th element along {@code dim}, from {@code start} to {@code end} (exclusive).
 *
 * <p>Bounds count from 0 and lie inside the dimension; step is at least 1.
 */
public record Slice(int dim, long start, long end, long step) implements View {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst().requireRank(this, 1).requireDim(this, dim);
    long size = x.shape().size(dim);
    if (dim < 0 || start < 0 || end < start || end > size) {
      throw new IndexException(
          this + ": " + x.shape() + ": must lie within 0 to " + size + " of dimension " + dim);
    }
    if (step < 1) {
      throw new IndexException(
          this + ": step " + step + ": must be at least 1; use flip to go backwards");
    }
    return List.of(x.withShape(x.shape().with(dim, Math.ceilDiv(end - start, step))));
  }

  @Override
  public Optional<Layout> layout(Layout input) {
    return Optional.of(input.slice(dim, start, end, step));
  }

  /** The gradient lands where the elements came from; elsewhere it is 0. */
  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(
            Gradient.Saves.NOTHING,
            (g, p) -> {
              Shape shape = p.inputSpec(0).shape();
              if (step == 1) {
                var parts = new ArrayList<Tensor>();
                if (start > 0) {
                  parts.add(Tensor.zeros(shape.with(dim, start), g.dtype(), g.device()));
                }
                parts.add(g);
                if (end < shape.size(dim)) {
                  parts.add(
                      Tensor.zeros(shape.with(dim, shape.size(dim) - end), g.dtype(), g.device()));
                }
                return parts.size() == 1 ? g : Tensor.cat(parts, dim);
              }
              Tensor positions = Tensor.arange(start, end, step).to(g.device());
              return dev.weft.engine.Dispatch.run(new IndexSum(dim, shape.size(dim)), positions, g);
            }));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Slice(0, 1, 3, 1), shape(4, 5)),
        Sample.of(new Slice(1, 0, 5, 2), shape(4, 5)),
        Sample.of(new Slice(1, 2, 2, 1), shape(4, 5)),
        Sample.of(new Slice(0, 0, 4, 1), shape(4)),
        Sample.of(new Slice(0, 1, 4, 2), shape(5, 1, 3)),
        Sample.of(new Slice(1, 0, 1, 1), shape(2, 3, 4)),
        Sample.of(new Slice(2, 1, 4, 3), shape(2, 3, 4)),
        Sample.of(new Slice(0, 0, 0, 1), shape(0, 3)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(4, 5), DType.FLOAT32);
    return List.of(
        ErrorSample.of(new Slice(0, 2, 5, 1), IndexException.class, "must lie within 0 to 4", x),
        ErrorSample.of(new Slice(0, 0, 2, 0), IndexException.class, "at least 1", x),
        ErrorSample.of(
            new Slice(2, 0, 1, 1), ShapeException.class, "dimension 2 is out of range", x));
  }

  @Override
  public String toString() {
    return "slice[dim=" + dim + ", " + start + ":" + end + (step == 1 ? "" : ":" + step) + "]";
  }
}
