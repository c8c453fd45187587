package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Logarithm of the softmax along {@code dim}: yᵢ = xᵢ − m − log Σⱼ exp(xⱼ − m), with m the largest
 * input.
 *
 * <p>Shape: (*) → (*). Dtype: floating, unchanged; sums are held in float32 or wider.
 */
public record LogSoftmaxOp(int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireFloating(this).requireDim(this, dim));
  }

  /** ∂L/∂x = g − exp(y) Σ g. */
  @Override
  public Gradient gradient() {
    return Gradient.fromOutput((g, y) -> g.sub(y.exp().mul(g.sum(dim, true))));
  }

  @Override
  public Autocast autocast() {
    return Autocast.FLOAT32;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new LogSoftmaxOp(-1), shape(3, 5)),
        Sample.of(new LogSoftmaxOp(0), shape(4, 3)),
        Sample.of(new LogSoftmaxOp(1), shape(2, 67, 3)),
        Sample.of(new LogSoftmaxOp(-1), shape(4, 67)),
        Sample.of(new LogSoftmaxOp(-1), shape(2, 1)).named("one element"),
        Sample.of(new LogSoftmaxOp(-1), shape()),
        Sample.of(new LogSoftmaxOp(-1), shape(0, 3)),
        Sample.of(new LogSoftmaxOp(-1), shape(2, 17))
            .within(88, 95)
            .named("overflows without the shift"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new LogSoftmaxOp(2),
            ShapeException.class,
            "dimension 2 is out of range",
            TensorSpec.of(shape(3, 5), DType.FLOAT32)),
        ErrorSample.of(
            new LogSoftmaxOp(0),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64)));
  }

  @Override
  public String toString() {
    return "log_softmax[dim=" + dim + "]";
  }
}
