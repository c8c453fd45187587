package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * The same elements, in row-major order, under another shape. A view where the layout allows it,
 * else a view of a copy.
 *
 * <p>Shape: (*) → {@code shape}, of as many elements.
 */
public record Reshape(Shape shape) implements View {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    if (x.shape().numel() != shape.numel()) {
      throw new ShapeException(
          this
              + ": "
              + x.shape()
              + ": "
              + x.shape().numel()
              + " elements do not fill "
              + shape.numel());
    }
    return List.of(x.withShape(shape));
  }

  @Override
  public Optional<Layout> layout(Layout input) {
    return input.reshape(shape);
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(Gradient.Saves.NOTHING, (g, p) -> g.reshape(p.inputSpec(0).shape())));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new Reshape(Shape.of(6, 4)), Shape.of(2, 3, 4)),
        Sample.of(new Reshape(Shape.of(24)), Shape.of(2, 3, 4)),
        Sample.of(new Reshape(Shape.of(1, 1)), Shape.of()),
        Sample.of(new Reshape(Shape.of(3, 0)), Shape.of(0, 5)),
        Sample.of(new Reshape(Shape.of(2, 3)), Shape.of(2, 3)),
        Sample.of(new Reshape(Shape.SCALAR), Shape.of(1, 1, 1)),
        Sample.of(new Reshape(Shape.of(2, 1, 2, 3, 1)), Shape.of(4, 3)),
        Sample.of(new Reshape(Shape.of(3, 4)), Shape.of(12)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new Reshape(Shape.of(5)),
            ShapeException.class,
            "6 elements do not fill 5",
            TensorSpec.of(Shape.of(2, 3), DType.FLOAT32)),
        ErrorSample.of(
            new Reshape(Shape.SCALAR),
            ShapeException.class,
            "0 elements do not fill 1",
            TensorSpec.of(Shape.of(0), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "reshape" + shape;
  }
}
