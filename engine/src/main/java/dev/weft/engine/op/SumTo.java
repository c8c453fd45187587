package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Sums over what broadcasting had repeated, so that the result has shape {@code shape}: the inverse
 * of {@link Expand}. Half types are summed in float32.
 */
public record SumTo(Shape shape) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    if (!shape.broadcastsTo(x.shape())) {
      throw new ShapeException(this + ": " + x.shape() + " is no broadcast of " + shape);
    }
    return List.of(x.withShape(shape));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(Gradient.Saves.NOTHING, (g, p) -> g.expand(p.inputSpec(0).shape())));
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.NUMERIC;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new SumTo(Shape.of(3)), Shape.of(4, 3)),
        Sample.of(new SumTo(Shape.of(4, 1)), Shape.of(4, 3)),
        Sample.of(new SumTo(Shape.of(1, 4, 1)), Shape.of(2, 4, 3)),
        Sample.of(new SumTo(Shape.of()), Shape.of(2, 3)),
        Sample.of(new SumTo(Shape.of(3)), Shape.of(0, 3)),
        Sample.of(new SumTo(Shape.of(4, 3)), Shape.of(4, 3)).named("nothing to sum"),
        Sample.of(new SumTo(Shape.of(1, 1)), Shape.of(2, 3)),
        Sample.of(new SumTo(Shape.of(2, 1, 4)), Shape.of(3, 2, 5, 4)));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new SumTo(Shape.of(2)),
            ShapeException.class,
            "is no broadcast of",
            TensorSpec.of(Shape.of(4, 3), DType.FLOAT32)),
        ErrorSample.of(
            new SumTo(Shape.of(1, 3)),
            ShapeException.class,
            "is no broadcast of",
            TensorSpec.of(Shape.of(3), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "sum_to" + shape;
  }
}
