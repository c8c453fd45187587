package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Normalises each channel over samples and positions: y = (x − μ) / √(σ² + ε) · w + b, with mean μ
 * and biased variance σ² of the channel.
 *
 * <p>Inputs: x (N, C, *), then w (C) with {@code weight}, then b (C) with {@code bias}. Outputs: y
 * like x; μ and σ², both (C), in float32 or wider. Source: Ioffe, Szegedy, "Batch normalization",
 * 2015.
 */
public record BatchNormOp(double eps, boolean weight, boolean bias) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireFloating(this).requireRank(this, 2);
    Shape channels = Shape.of(x.shape().size(1));
    for (TensorSpec parameter : inputs.subList(1, inputs.size())) {
      if (!parameter.shape().equals(channels)) {
        throw new ShapeException(
            this
                + ": input "
                + x.shape()
                + ", parameter "
                + parameter.shape()
                + ": needs one number per channel, "
                + channels);
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
    TensorSpec statistic = x.withShape(channels);
    statistic = x.dtype().isHalf() ? statistic.withDtype(DType.FLOAT32) : statistic;
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
    var inputs =
        new ArrayList<Tensor>(List.of(pull.grad(), pull.input(0), pull.output(1), pull.output(2)));
    if (weight) {
      inputs.add(pull.input(1));
    }
    Tensor[] results = Dispatch.runAll(new BatchNormGrad(this), inputs.toArray(Tensor[]::new));
    for (int i = 0; i < pull.inputs(); i++) {
      if (pull.needs(i)) {
        pull.give(i, results[i]);
      }
    }
  }

  /**
   * With x̂ the normalised input and h = g ⊙ w: ∂L/∂x = (h − mean(h) − x̂ mean(h ⊙ x̂)) / √(σ² +
   * ε), means over each channel.
   */
  private void pullByOps(Gradient.Pull pull) {
    Tensor g = pull.grad();
    Tensor x = pull.input(0);
    int[] dims = IntStream.range(0, x.rank()).filter(d -> d != 1).toArray();
    Tensor centred = x.sub(x.mean(dims, true));
    Tensor scale = centred.square().mean(dims, true).add(eps).rsqrt();
    Tensor normal = centred.mul(scale);
    if (pull.needs(0)) {
      Shape perChannel = Shape.of(1, x.size(1));
      for (int d = 2; d < x.rank(); d++) {
        perChannel = perChannel.insert(d, 1);
      }
      Tensor h = weight ? g.mul(pull.input(1).reshape(perChannel)) : g;
      Tensor inner = h.sub(h.mean(dims, true)).sub(normal.mul(h.mul(normal).mean(dims, true)));
      pull.give(0, inner.mul(scale));
    }
    int next = 1;
    if (weight && pull.needs(next++)) {
      pull.give(1, g.mul(normal).sum(dims, false));
    }
    if (bias && pull.needs(next)) {
      pull.give(next, g.sum(dims, false));
    }
  }

  @Override
  public Autocast autocast() {
    return Autocast.FLOAT32;
  }

  public static List<Sample> samples() {
    return List.of(
        Sample.of(new BatchNormOp(1e-5, true, true), shape(5, 3), shape(3), shape(3)),
        Sample.of(new BatchNormOp(1e-5, true, true), shape(2, 3, 4), shape(3), shape(3)),
        Sample.of(new BatchNormOp(1e-5, false, false), shape(4, 2, 3)),
        Sample.of(new BatchNormOp(0.1, true, false), shape(3, 2, 2, 3), shape(2)),
        Sample.of(new BatchNormOp(1e-5, false, true), shape(3, 2, 5), shape(2)),
        Sample.of(new BatchNormOp(1e-5, true, true), shape(2, 2, 2, 2, 3), shape(2), shape(2)),
        Sample.of(new BatchNormOp(1e-5, true, true), shape(2, 1, 67), shape(1), shape(1)),
        Sample.of(new BatchNormOp(1e-5, true, true), shape(2, 0, 3), shape(0), shape(0)));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(5, 7), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new BatchNormOp(1e-5, true, false),
            ShapeException.class,
            "needs one number per channel, (7)",
            x,
            TensorSpec.of(shape(5), DType.FLOAT32)),
        ErrorSample.of(
            new BatchNormOp(1e-5, true, false),
            DTypeException.class,
            "dtypes differ",
            x,
            TensorSpec.of(shape(7), DType.FLOAT64)),
        ErrorSample.of(
            new BatchNormOp(1e-5, false, false),
            ShapeException.class,
            "needs at least 2 dimensions",
            TensorSpec.of(shape(5), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "batch_norm[eps=" + eps + "]";
  }
}
