package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * Any layout over the input's elements. Positions count from the input's first element, in its
 * row-major order; the input must be contiguous.
 *
 * <p>Overlapping elements share their gradient's sum.
 */
public record AsStrided(Shape shape, List<Long> strides, long offset) implements View {

  public AsStrided {
    strides = List.copyOf(strides);
  }

  private Layout own() {
    return Layout.strided(shape, strides.stream().mapToLong(Long::longValue).toArray(), offset);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    long extent;
    try {
      extent = own().extent();
    } catch (ArithmeticException e) {
      throw new ShapeException(this + ": positions do not fit in 64 bits", e);
    } catch (ShapeException e) {
      throw new ShapeException(this + ": " + e.getMessage(), e);
    }
    if (extent > x.shape().numel()) {
      throw new ShapeException(
          this
              + ": "
              + x.shape()
              + ": reaches element "
              + (extent - 1)
              + " of "
              + x.shape().numel());
    }
    return List.of(x.withShape(shape));
  }

  @Override
  public Optional<Layout> layout(Layout input) {
    if (!input.isContiguous()) {
      return Optional.empty();
    }
    Layout own = own();
    return Optional.of(Layout.strided(shape, own.strides(), Math.addExact(input.offset(), offset)));
  }

  @Override
  public Gradient gradient() {
    return Gradient.parts(
        new Gradient.Part(
            Gradient.Saves.NOTHING,
            (g, p) -> {
              Shape source = p.inputSpec(0).shape();
              Tensor positions =
                  dev.weft.engine.Dispatch.run(this, Tensor.arange(source.numel()).to(g.device()));
              return dev.weft.engine.Dispatch.run(
                      new IndexSum(0, source.numel()), positions.reshape(-1), g.reshape(-1))
                  .reshape(source);
            }));
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new AsStrided(Shape.of(3, 2), List.of(1L, 1L), 1), Shape.of(2, 3)),
        Sample.of(new AsStrided(Shape.of(2, 2), List.of(0L, 2L), 0), Shape.of(5)),
        Sample.of(new AsStrided(Shape.of(0), List.of(1L), 0), Shape.of(2)),
        Sample.of(new AsStrided(Shape.SCALAR, List.of(), 3), Shape.of(2, 3)),
        Sample.of(new AsStrided(Shape.of(4), List.of(0L), 1), Shape.of(2))
            .named("one element four times"),
        Sample.of(new AsStrided(Shape.of(3, 3), List.of(1L, 1L), 0), Shape.of(5))
            .named("windows that overlap"),
        Sample.of(new AsStrided(Shape.of(3, 2), List.of(1L, 3L), 0), Shape.of(2, 3)),
        Sample.of(new AsStrided(Shape.of(2, 1, 2), List.of(4L, 1L, 2L), 1), Shape.of(8)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(Shape.of(4), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new AsStrided(Shape.of(3), List.of(2L), 0),
            ShapeException.class,
            "reaches element 4 of 4",
            x),
        ErrorSample.of(
            new AsStrided(Shape.of(3), List.of(-1L), 0),
            ShapeException.class,
            "negative strides",
            x));
  }

  @Override
  public String toString() {
    return "as_strided(" + shape + ", " + strides + ", " + offset + ")";
  }
}
