package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;

/**
 * Normalises the last {@code dims} dimensions of each sample: y = (x − μ) / √(σ² + ε) ⊙ w + b, with
 * mean μ and biased variance σ² over those dimensions.
 *
 * <p>Inputs: x (*, D), then w (D) with {@code weight}, then b (D) with {@code bias}, where D stands
 * for the last {@code dims} sizes. Outputs: y (*, D); μ and 1/√(σ² + ε), both (*), in float32 or
 * wider. Source: Ba, Kiros, Hinton, "Layer normalization", 2016.
 */
public record LayerNormOp(int dims, double eps, boolean weight, boolean bias) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireFloating(this).requireRank(this, dims);
    Shape normalized = x.shape().slice(x.rank() - dims, x.rank());
    for (TensorSpec parameter : inputs.subList(1, inputs.size())) {
      if (!parameter.shape().equals(normalized)) {
        throw new ShapeException(
            this
                + ": input "
                + x.shape()
                + ", parameter "
                + parameter.shape()
                + ": needs "
                + normalized);
      }
      if (parameter.dtype() != x.dtype()) {
        throw new DTypeException(
            this
                + ": input "
                + x
                + ", parameter "
                + parameter
                + ": dtypes differ; convert the input or the module with to(dtype)");
      }
    }
    TensorSpec rows = x.withShape(x.shape().slice(0, x.rank() - dims));
    TensorSpec statistic = x.dtype().isHalf() ? rows.withDtype(DType.FLOAT32) : rows;
    return List.of(x, statistic, statistic);
  }

  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(weight ? 0b11 : 0b01, 0b110),
        pull -> {
          if (pull.createGraph()) {
            pullByOps(pull);
          } else {
            pullFused(pull);
          }
        });
  }

  private void pullFused(Gradient.Pull pull) {
    Tensor g = pull.grad();
    Tensor x = pull.input(0);
    var op = new LayerNormGrad(this);
    Tensor[] results =
        weight
            ? dev.weft.engine.Dispatch.runAll(
                op, g, x, pull.output(1), pull.output(2), pull.input(1))
            : dev.weft.engine.Dispatch.runAll(op, g, x, pull.output(1), pull.output(2));
    for (int i = 0; i < pull.inputs(); i++) {
      if (pull.needs(i)) {
        pull.give(i, results[i]);
      }
    }
  }

  /**
   * With x̂ the normalised input and h = g ⊙ w: ∂L/∂x = (h − mean(h) − x̂ mean(h ⊙ x̂)) / √(σ² +
   * ε).
   */
  private void pullByOps(Gradient.Pull pull) {
    Tensor g = pull.grad();
    Tensor x = pull.input(0);
    int[] last = new int[dims];
    int[] leading = new int[x.rank() - dims];
    for (int i = 0; i < x.rank(); i++) {
      if (i < leading.length) {
        leading[i] = i;
      } else {
        last[i - leading.length] = i;
      }
    }
    Tensor centred = x.sub(x.mean(last, true));
    Tensor scale = centred.square().mean(last, true).add(eps).rsqrt();
    Tensor normal = centred.mul(scale);
    if (pull.needs(0)) {
      Tensor h = weight ? g.mul(pull.input(1)) : g;
      Tensor inner = h.sub(h.mean(last, true)).sub(normal.mul(h.mul(normal).mean(last, true)));
      pull.give(0, inner.mul(scale));
    }
    int next = 1;
    if (weight && pull.needs(next++)) {
      pull.give(1, leading.length == 0 ? g.mul(normal) : g.mul(normal).sum(leading, false));
    }
    if (bias && pull.needs(next)) {
      pull.give(next, leading.length == 0 ? g : g.sum(leading, false));
    }
  }

  @Override
  public Autocast autocast() {
    return Autocast.FLOAT32;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new LayerNormOp(1, 1e-5, true, true), shape(5, 7), shape(7), shape(7)),
        Sample.of(new LayerNormOp(1, 1e-5, true, false), shape(2, 3, 67), shape(67)),
        Sample.of(new LayerNormOp(1, 1e-5, false, false), shape(5, 7)),
        Sample.of(new LayerNormOp(2, 1e-5, true, true), shape(2, 3, 4), shape(3, 4), shape(3, 4)),
        Sample.of(new LayerNormOp(1, 1e-5, true, true), shape(7), shape(7), shape(7)),
        Sample.of(new LayerNormOp(1, 1e-5, true, true), shape(0, 7), shape(7), shape(7)),
        Sample.of(new LayerNormOp(2, 1e-3, false, false), shape(3, 4)),
        Sample.of(new LayerNormOp(1, 1e-5, true, true), shape(2, 1, 3), shape(3), shape(3)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(5, 7), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new LayerNormOp(1, 1e-5, true, false),
            ShapeException.class,
            "needs (7)",
            x,
            TensorSpec.of(shape(5), DType.FLOAT32)),
        ErrorSample.of(
            new LayerNormOp(1, 1e-5, false, false),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(5, 7), DType.INT64)));
  }

  @Override
  public String toString() {
    return "layer_norm[dims=" + dims + ", eps=" + eps + "]";
  }
}
