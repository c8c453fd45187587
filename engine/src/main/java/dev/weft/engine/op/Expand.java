package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * Repeats dimensions of size 1, and new leading ones, without copying: broadcasting is this op, and
 * its gradient is {@link SumTo}, so no other gradient formula ever mentions it.
 *
 * <p>Shape: (*) → {@code shape}.
 */
public record Expand(Shape shape) implements View {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    if (!x.shape().broadcastsTo(shape)) {
      throw new ShapeException(
          this + ": " + x.shape() + ": each size must be equal to the new one, or 1");
    }
    return List.of(x.withShape(shape));
  }

  @Override
  public Optional<Layout> layout(Layout input) {
    return Optional.of(input.expand(shape));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(Gradient.Saves.NOTHING, (g, p) -> g.sumTo(p.inputSpec(0).shape())));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Expand(Shape.of(4, 3)), Shape.of(3)),
        Sample.of(new Expand(Shape.of(4, 3)), Shape.of(4, 1)),
        Sample.of(new Expand(Shape.of(2, 4, 3)), Shape.of(1, 4, 1)),
        Sample.of(new Expand(Shape.of(2, 3)), Shape.of()),
        Sample.of(new Expand(Shape.of(0, 3)), Shape.of(1, 3)),
        Sample.of(new Expand(Shape.of(4, 3)), Shape.of(4, 3)).named("nothing to expand"),
        Sample.of(new Expand(Shape.of(2, 2, 3)), Shape.of(2, 1, 3)),
        Sample.of(new Expand(Shape.of(5, 1, 1)), Shape.of(1)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Expand(Shape.of(4, 3)),
            ShapeException.class,
            "each size must be equal",
            TensorSpec.of(Shape.of(2, 3), DType.FLOAT32)),
        ErrorSample.of(
            new Expand(Shape.of(3)),
            ShapeException.class,
            "each size must be equal",
            TensorSpec.of(Shape.of(1, 3), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "expand" + shape;
  }
}
