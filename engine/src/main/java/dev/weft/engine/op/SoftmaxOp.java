package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Exponentials scaled to sum to one along {@code dim}: yᵢ = exp(xᵢ − m) / Σⱼ exp(xⱼ − m), with m
 * the largest input, so nothing overflows.
 *
 * <p>Shape: (*) → (*). Dtype: floating, unchanged; sums are held in float32 or wider. A slice that
 * holds +∞ or NaN gives NaN; so does a slice of −∞ only, as in PyTorch.
 */
public record SoftmaxOp(int dim) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    return List.of(inputs.getFirst().requireFloating(this).requireDim(this, dim));
  }

  /** ∂L/∂x = y ⊙ (g − Σ g ⊙ y). Only y is needed, so x can be freed after forward. */
  @Override
  public Gradient gradient() {
    return Gradient.fromOutput(
        (g, y) -> {
          Tensor gy = g.mul(y);
          return gy.sub(y.mul(gy.sum(dim, true)));
        });
  }

  @Override
  public Autocast autocast() {
    return Autocast.FLOAT32;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new SoftmaxOp(-1), shape(3, 5)),
        Sample.of(new SoftmaxOp(0), shape(4, 3)),
        Sample.of(new SoftmaxOp(1), shape(2, 67, 3)),
        Sample.of(new SoftmaxOp(-1), shape(4, 67)),
        Sample.of(new SoftmaxOp(-1), shape(2, 1)).named("one element"),
        Sample.of(new SoftmaxOp(-1), shape()),
        Sample.of(new SoftmaxOp(-1), shape(0, 3)),
        Sample.of(new SoftmaxOp(-1), shape(2, 17))
            .within(88, 95)
            .named("overflows without the shift"));
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new SoftmaxOp(2),
            ShapeException.class,
            "dimension 2 is out of range",
            TensorSpec.of(shape(3, 5), DType.FLOAT32)),
        ErrorSample.of(
            new SoftmaxOp(0),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64)));
  }

  @Override
  public String toString() {
    return "softmax[dim=" + dim + "]";
  }
}
