package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.op.BatchNormOp;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.Op;
import java.util.ArrayList;
import java.util.Optional;

/** Normalisations with running statistics per channel. */
final class ChannelNorms {

  private ChannelNorms() {}

  /**
   * Statistics that follow those of the batches.
   *
   * @param momentum the weight of a new batch
   */
  record Running(
      Optional<? extends Tensor> mean, Optional<? extends Tensor> variance, double momentum) {

    /**
     * Moves to the statistics of a batch: its mean, and its biased variance over {@code count}
     * elements.
     */
    void update(Tensor batchMean, Tensor batchVariance, long count) {
      try (var _ = TensorScope.open();
          var _ = Context.current().withGrad(false)) {
        mean.ifPresent(r -> move(r, batchMean));
        variance.ifPresent(r -> move(r, batchVariance.mul((double) count / (count - 1))));
      }
    }

    private void move(Tensor running, Tensor batch) {
      running.copyFrom(running.mul(1 - momentum).add(batch.to(running.dtype()).mul(momentum)));
    }
  }

  static Tensor batch(
      Tensor x,
      Running running,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      boolean training,
      double eps) {
    String name = "batch_norm";
    requireChannels(name, x);
    Args.atLeastZero(name, "eps", eps);
    requirePerChannel(name, x, running.mean, running.variance, weight, bias);
    if (!training) {
      return byRunning(name, x, running, weight, bias, eps);
    }
    if (x.numel() == 0) { // says nothing about the statistics
      return affine(name, x, weight, bias);
    }
    long count = x.numel() / x.size(1);
    if (count == 1) {
      throw new IllegalArgumentException(
          name
              + ": "
              + x.shape()
              + ": training needs more than one value per channel; use eval() for single samples");
    }
    var op = new BatchNormOp(eps, weight.isPresent(), bias.isPresent());
    Tensor[] results = run(op, x, weight, bias);
    running.update(results[1], results[2], count);
    return results[0];
  }

  /** A half tensor beside parameters in float32 is normalised in float32 and rounded once. */
  static Tensor[] run(
      Op op, Tensor x, Optional<? extends Tensor> weight, Optional<? extends Tensor> bias) {
    boolean mixed =
        x.dtype().isHalf()
            && Context.current().autocast().isEmpty()
            && (isFloat32(weight) || isFloat32(bias));
    var inputs = new ArrayList<Tensor>();
    inputs.add(mixed ? x.to(DType.FLOAT32) : x);
    weight.ifPresent(w -> inputs.add(mixed ? wide(w) : w));
    bias.ifPresent(b -> inputs.add(mixed ? wide(b) : b));
    Tensor[] results = Dispatch.runAll(op, inputs.toArray(Tensor[]::new));
    results[0] = mixed ? results[0].to(x.dtype()) : results[0];
    return results;
  }

  private static boolean isFloat32(Optional<? extends Tensor> parameter) {
    return parameter.isPresent() && parameter.get().dtype() == DType.FLOAT32;
  }

  static Tensor instance(
      Tensor x,
      Running running,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      boolean useInputStats,
      double eps) {
    String name = "instance_norm";
    requireChannels(name, x);
    Args.atLeastZero(name, "eps", eps);
    requirePerChannel(name, x, running.mean, running.variance, weight, bias);
    if (!useInputStats) {
      return byRunning(name, x, running, weight, bias, eps);
    }
    long count = x.shape().slice(2, x.rank()).numel();
    if (count <= 1) {
      throw new IllegalArgumentException(
          name + ": " + x.shape() + ": needs more than one position per channel");
    }
    if (x.numel() == 0) {
      return affine(name, x, weight, bias);
    }
    Shape planes = Shape.of(x.size(0), x.size(1), count);
    Tensor flat = x.reshape(planes);
    Tensor y = Dispatch.runAll(new LayerNormOp(1, eps, false, false), flat)[0];
    if (running.mean.isPresent() || running.variance.isPresent()) {
      try (var _ = TensorScope.open();
          var _ = Context.current().withGrad(false)) {
        Tensor mean = wide(flat).mean(2, true);
        Tensor variance = wide(flat).sub(mean).square().mean(2).mean(0);
        running.update(mean.squeeze(2).mean(0), variance, count);
      }
    }
    return affine(name, y.reshape(x.shape()), weight, bias);
  }

  /** As one factor and one summand per channel. */
  private static Tensor byRunning(
      String name,
      Tensor x,
      Running running,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      double eps) {
    if (running.mean.isEmpty() || running.variance.isEmpty()) {
      throw new IllegalArgumentException(
          name + ": there are no running statistics; normalise by those of the input");
    }
    int dims = x.rank() - 2;
    Tensor scale = wide(running.variance.get()).add(eps).rsqrt();
    scale = weight.isPresent() ? scale.mul(weight.get()) : scale;
    // Negated first: what backward keeps is a copy, which training may not change afterwards.
    Tensor shift = wide(running.mean.get()).neg().mul(scale);
    shift = bias.isPresent() ? shift.add(bias.get()) : shift;
    return wide(x)
        .mul(Convolution.perChannel(scale, dims))
        .add(Convolution.perChannel(shift, dims))
        .to(x.dtype());
  }

  /** y · w + b per channel. */
  static Tensor affine(
      String name, Tensor y, Optional<? extends Tensor> weight, Optional<? extends Tensor> bias) {
    requirePerChannel(name, y, weight, bias);
    int dims = y.rank() - 2;
    Tensor scaled = weight.isPresent() ? y.mul(Convolution.perChannel(weight.get(), dims)) : y;
    return bias.isPresent() ? scaled.add(Convolution.perChannel(bias.get(), dims)) : scaled;
  }

  /** Half types in float32. */
  static Tensor wide(Tensor x) {
    return x.dtype().isHalf() ? x.to(DType.FLOAT32) : x;
  }

  private static void requireChannels(String name, Tensor x) {
    x.spec().requireFloating(name);
    if (x.rank() < 2) {
      throw new ShapeException(name + ": " + x.shape() + ": needs samples and channels");
    }
  }

  @SafeVarargs
  private static void requirePerChannel(
      String name, Tensor x, Optional<? extends Tensor>... values) {
    for (Optional<? extends Tensor> value : values) {
      if (value.isPresent() && !value.get().shape().equals(Shape.of(x.size(1)))) {
        throw new ShapeException(
            name
                + ": "
                + x.shape()
                + ", statistics or parameter "
                + value.get().shape()
                + ": needs one number per channel, ("
                + x.size(1)
                + ")");
      }
      value.ifPresent(v -> v.spec().requireFloating(name + ", statistics or parameter"));
    }
  }
}
