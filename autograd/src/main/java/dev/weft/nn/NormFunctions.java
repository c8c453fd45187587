package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/** The part of {@link Functional} that is about normalisation. */
abstract sealed class NormFunctions extends PoolFunctions permits VisionFunctions {

  /**
   * (x − μ) / √(σ² + ε) · w + b per channel. In training, μ and the biased variance σ² are those of
   * the channel over samples and positions, and running statistics r move to (1 − m) r + m s, with
   * s the mean or the unbiased variance. Else μ and σ² are the running statistics.
   *
   * <p>Shape: x (N, C, *); everything else (C). Source: Ioffe, Szegedy, "Batch normalization",
   * 2015.
   *
   * @param runningMean changed in place in training; needed otherwise, as is {@code runningVar}
   * @param momentum m
   */
  public static Tensor batchNorm(
      Tensor x,
      Optional<? extends Tensor> runningMean,
      Optional<? extends Tensor> runningVar,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      boolean training,
      double momentum,
      double eps) {
    return ChannelNorms.batch(
        x,
        new ChannelNorms.Running(runningMean, runningVar, momentum),
        weight,
        bias,
        training,
        eps);
  }

  /**
   * (x − μ) / √(σ² + ε) · w + b, with mean μ and biased variance σ² of each channel of each sample.
   * Running statistics move to the mean over samples of μ and of the unbiased variance.
   *
   * <p>Shape: x (N, C, *); everything else (C). Source: Ulyanov, Vedaldi, Lempitsky, "Instance
   * normalization", 2016.
   *
   * @param useInputStats false to normalise by the running statistics instead
   */
  public static Tensor instanceNorm(
      Tensor x,
      Optional<? extends Tensor> runningMean,
      Optional<? extends Tensor> runningVar,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      boolean useInputStats,
      double momentum,
      double eps) {
    return ChannelNorms.instance(
        x,
        new ChannelNorms.Running(runningMean, runningVar, momentum),
        weight,
        bias,
        useInputStats,
        eps);
  }

  /**
   * (x − μ) / √(σ² + ε) · w + b, with mean μ and biased variance σ² of each group of neighbouring
   * channels of each sample. Half types are computed in float32.
   *
   * <p>Shape: x (N, C, *); weight and bias (C). Source: Wu, He, "Group normalization", 2018.
   */
  public static Tensor groupNorm(
      Tensor x,
      long numGroups,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      double eps) {
    Args.atLeastZero("group_norm", "eps", eps);
    if (x.rank() < 2) {
      throw new ShapeException("group_norm: " + x.shape() + ": needs samples and channels");
    }
    if (numGroups < 1 || x.size(1) % numGroups != 0) {
      throw new IllegalArgumentException(
          "group_norm: "
              + x.shape()
              + ": "
              + x.size(1)
              + " channels cannot be cut into "
              + numGroups
              + " groups");
    }
    if (x.numel() == 0) {
      return ChannelNorms.affine("group_norm", x, weight, bias);
    }
    long groups = x.size(0) * numGroups;
    Shape size = Shape.of(x.numel() / groups);
    Tensor rows = ChannelNorms.wide(x).reshape(Shape.of(groups).concat(size));
    Tensor y =
        Functional.layerNorm(rows, size, Optional.empty(), Optional.empty(), eps)
            .reshape(x.shape());
    return ChannelNorms.affine("group_norm", y, weight, bias).to(x.dtype());
  }

  /**
   * x / √(mean(x²) + ε) ⊙ w over the last dimensions. Half types are computed in float32.
   *
   * <p>Shape: x (*, D), weight (D) with D the {@code normalizedShape} → (*, D). Source: Zhang,
   * Sennrich, "Root mean square layer normalization", 2019.
   *
   * @param eps ε; the distance from 1 to the next number of the dtype when empty
   */
  public static Tensor rmsNorm(
      Tensor x, Shape normalizedShape, Optional<? extends Tensor> weight, OptionalDouble eps) {
    int dims = normalizedShape.rank();
    if (dims == 0
        || x.rank() < dims
        || !x.shape().slice(x.rank() - dims, x.rank()).equals(normalizedShape)
        || weight.isPresent() && !weight.get().shape().equals(normalizedShape)) {
      throw new ShapeException(
          "rms_norm: input "
              + x.shape()
              + ", normalized shape "
              + normalizedShape
              + weight.map(w -> ", weight " + w.shape()).orElse("")
              + ": must be the input's last sizes");
    }
    x.spec().requireFloating("rms_norm");
    eps.ifPresent(e -> Args.atLeastZero("rms_norm", "eps", e));
    int[] last = new int[dims];
    for (int d = 0; d < dims; d++) {
      last[d] = d - dims;
    }
    Tensor wide = ChannelNorms.wide(x);
    Tensor square = wide.square().mean(last, true).add(eps.orElse(x.dtype().eps()));
    Tensor y = wide.mul(square.rsqrt());
    return (weight.isPresent() ? y.mul(weight.get()) : y).to(x.dtype());
  }
}
