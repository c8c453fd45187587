package dev.weft.nn;

import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AvgPool;
import dev.weft.engine.op.Regions;
import dev.weft.engine.op.Windows;
import java.util.Optional;

/** The part of {@link Functional} that is about poolings. */
abstract sealed class PoolFunctions extends ConvFunctions permits NormFunctions {

  /** {@link #maxPool1d(Tensor, PoolOptions)} of windows side by side. */
  public static Tensor maxPool1d(Tensor x, long kernelSize) {
    return maxPool1d(x, PoolOptions.of(kernelSize));
  }

  /**
   * The largest element of each window. Of equal elements the first gets the gradient; NaN wins.
   *
   * <p>Shape: (N, C, L) or (C, L) → (N, C, L') or (C, L'), with L' = ⌊(L + 2 padding − dilation
   * (kernel − 1) − 1) / stride⌋ + 1; in ceil mode rounded up, as long as the last window begins in
   * front of the padding at the end.
   */
  public static Tensor maxPool1d(Tensor x, PoolOptions options) {
    return Pooling.max(1, x, options).output();
  }

  /** {@link #maxPool1d(Tensor, PoolOptions)}, and where the elements were. */
  public static MaxPooled maxPool1dWithIndices(Tensor x, PoolOptions options) {
    return Pooling.max(1, x, options);
  }

  /** {@link #maxPool2d(Tensor, PoolOptions)} of square windows side by side. */
  public static Tensor maxPool2d(Tensor x, long kernelSize) {
    return maxPool2d(x, PoolOptions.of(kernelSize));
  }

  /** As {@link #maxPool1d(Tensor, PoolOptions)}, over (N, C, H, W) or (C, H, W). */
  public static Tensor maxPool2d(Tensor x, PoolOptions options) {
    return Pooling.max(2, x, options).output();
  }

  /** {@link #maxPool2d(Tensor, PoolOptions)}, and where the elements were. */
  public static MaxPooled maxPool2dWithIndices(Tensor x, PoolOptions options) {
    return Pooling.max(2, x, options);
  }

  /** {@link #maxPool3d(Tensor, PoolOptions)} of cubes side by side. */
  public static Tensor maxPool3d(Tensor x, long kernelSize) {
    return maxPool3d(x, PoolOptions.of(kernelSize));
  }

  /** As {@link #maxPool1d(Tensor, PoolOptions)}, over (N, C, D, H, W) or (C, D, H, W). */
  public static Tensor maxPool3d(Tensor x, PoolOptions options) {
    return Pooling.max(3, x, options).output();
  }

  /** {@link #maxPool3d(Tensor, PoolOptions)}, and where the elements were. */
  public static MaxPooled maxPool3dWithIndices(Tensor x, PoolOptions options) {
    return Pooling.max(3, x, options);
  }

  /**
   * Puts values where {@link #maxPool1dWithIndices} found them; zeros elsewhere.
   *
   * @param options of that pooling
   * @param outputSize its input's size, where the options allow several; else nothing
   */
  public static Tensor maxUnpool1d(
      Tensor x, Tensor indices, PoolOptions options, long... outputSize) {
    return Pooling.unpool(1, x, indices, options, outputSize);
  }

  /** As {@link #maxUnpool1d}, for {@link #maxPool2dWithIndices}. */
  public static Tensor maxUnpool2d(
      Tensor x, Tensor indices, PoolOptions options, long... outputSize) {
    return Pooling.unpool(2, x, indices, options, outputSize);
  }

  /** As {@link #maxUnpool1d}, for {@link #maxPool3dWithIndices}. */
  public static Tensor maxUnpool3d(
      Tensor x, Tensor indices, PoolOptions options, long... outputSize) {
    return Pooling.unpool(3, x, indices, options, outputSize);
  }

  /** {@link #avgPool1d(Tensor, PoolOptions)} of windows side by side. */
  public static Tensor avgPool1d(Tensor x, long kernelSize) {
    return avgPool1d(x, PoolOptions.of(kernelSize));
  }

  /**
   * The mean of each window. Shapes are those of {@link #maxPool1d(Tensor, PoolOptions)}. What
   * hangs over the padding in ceil mode never counts.
   */
  public static Tensor avgPool1d(Tensor x, PoolOptions options) {
    return Pooling.average(1, x, options);
  }

  /** {@link #avgPool2d(Tensor, PoolOptions)} of square windows side by side. */
  public static Tensor avgPool2d(Tensor x, long kernelSize) {
    return avgPool2d(x, PoolOptions.of(kernelSize));
  }

  /** As {@link #avgPool1d(Tensor, PoolOptions)}, over (N, C, H, W) or (C, H, W). */
  public static Tensor avgPool2d(Tensor x, PoolOptions options) {
    return Pooling.average(2, x, options);
  }

  /** {@link #avgPool3d(Tensor, PoolOptions)} of cubes side by side. */
  public static Tensor avgPool3d(Tensor x, long kernelSize) {
    return avgPool3d(x, PoolOptions.of(kernelSize));
  }

  /** As {@link #avgPool1d(Tensor, PoolOptions)}, over (N, C, D, H, W) or (C, D, H, W). */
  public static Tensor avgPool3d(Tensor x, PoolOptions options) {
    return Pooling.average(3, x, options);
  }

  /**
   * (Σ xᵖ)^(1/p) over each window, 0 where the sum is negative. Shapes are those of {@link
   * #maxPool1d(Tensor, PoolOptions)}, without padding.
   */
  public static Tensor lpPool1d(Tensor x, double p, PoolOptions options) {
    return Pooling.power(1, x, p, options);
  }

  /** As {@link #lpPool1d}, over (N, C, H, W) or (C, H, W). */
  public static Tensor lpPool2d(Tensor x, double p, PoolOptions options) {
    return Pooling.power(2, x, p, options);
  }

  /** As {@link #lpPool1d}, over (N, C, D, H, W) or (C, D, H, W). */
  public static Tensor lpPool3d(Tensor x, double p, PoolOptions options) {
    return Pooling.power(3, x, p, options);
  }

  /**
   * Means of regions that cover the input evenly: region i of m over n elements goes from ⌊i n / m⌋
   * to ⌈(i + 1) n / m⌉.
   *
   * <p>Shape: (N, C, L) or (C, L) → the same with {@code outputSize} in the place of L; −1 keeps a
   * size.
   */
  public static Tensor adaptiveAvgPool1d(Tensor x, long outputSize) {
    return Pooling.adaptiveAverage(1, x, new long[] {outputSize});
  }

  /** As {@link #adaptiveAvgPool1d}, over (N, C, H, W) or (C, H, W), to one size or two. */
  public static Tensor adaptiveAvgPool2d(Tensor x, long... outputSize) {
    return Pooling.adaptiveAverage(2, x, outputSize);
  }

  /** As {@link #adaptiveAvgPool1d}, over (N, C, D, H, W) or (C, D, H, W), to one size or three. */
  public static Tensor adaptiveAvgPool3d(Tensor x, long... outputSize) {
    return Pooling.adaptiveAverage(3, x, outputSize);
  }

  /** The largest elements of the regions of {@link #adaptiveAvgPool1d}. */
  public static Tensor adaptiveMaxPool1d(Tensor x, long outputSize) {
    return adaptiveMaxPool1dWithIndices(x, outputSize).output();
  }

  /** {@link #adaptiveMaxPool1d}, and where the elements were. */
  public static MaxPooled adaptiveMaxPool1dWithIndices(Tensor x, long outputSize) {
    return Pooling.adaptiveMax(1, x, new long[] {outputSize});
  }

  /** The largest elements of the regions of {@link #adaptiveAvgPool2d}. */
  public static Tensor adaptiveMaxPool2d(Tensor x, long... outputSize) {
    return adaptiveMaxPool2dWithIndices(x, outputSize).output();
  }

  /** {@link #adaptiveMaxPool2d}, and where the elements were. */
  public static MaxPooled adaptiveMaxPool2dWithIndices(Tensor x, long... outputSize) {
    return Pooling.adaptiveMax(2, x, outputSize);
  }

  /** The largest elements of the regions of {@link #adaptiveAvgPool3d}. */
  public static Tensor adaptiveMaxPool3d(Tensor x, long... outputSize) {
    return adaptiveMaxPool3dWithIndices(x, outputSize).output();
  }

  /** {@link #adaptiveMaxPool3d}, and where the elements were. */
  public static MaxPooled adaptiveMaxPool3dWithIndices(Tensor x, long... outputSize) {
    return Pooling.adaptiveMax(3, x, outputSize);
  }

  /**
   * The largest elements of windows at random distances of about input / output, so that the output
   * has the size wanted. Source: Graham, "Fractional max-pooling", 2015.
   *
   * <p>Shape: (N, C, H, W) or (C, H, W) → the same with {@code outputSize}.
   */
  public static Tensor fractionalMaxPool2d(Tensor x, long[] kernelSize, long... outputSize) {
    return fractionalMaxPool2dWithIndices(x, kernelSize, outputSize).output();
  }

  /** {@link #fractionalMaxPool2d}, and where the elements were. */
  public static MaxPooled fractionalMaxPool2dWithIndices(
      Tensor x, long[] kernelSize, long... outputSize) {
    return FractionalPooling.pool(2, x, kernelSize, outputSize, Optional.empty());
  }

  /** As {@link #fractionalMaxPool2d}, over (N, C, D, H, W) or (C, D, H, W). */
  public static Tensor fractionalMaxPool3d(Tensor x, long[] kernelSize, long... outputSize) {
    return fractionalMaxPool3dWithIndices(x, kernelSize, outputSize).output();
  }

  /** {@link #fractionalMaxPool3d}, and where the elements were. */
  public static MaxPooled fractionalMaxPool3dWithIndices(
      Tensor x, long[] kernelSize, long... outputSize) {
    return FractionalPooling.pool(3, x, kernelSize, outputSize, Optional.empty());
  }

  /**
   * {@link #localResponseNorm(Tensor, long, double, double, double)} with α = 1e-4, β = ¾, k = 1.
   */
  public static Tensor localResponseNorm(Tensor x, long size) {
    return localResponseNorm(x, size, 1e-4, 0.75, 1);
  }

  /**
   * x / (k + α m)^β, with m the mean of x² over {@code size} neighbouring channels, of which those
   * that do not exist count as zeros. Source: Krizhevsky, Sutskever, Hinton, "ImageNet
   * classification with deep convolutional neural networks", 2012.
   *
   * <p>Shape: (N, C, *) → (N, C, *).
   */
  public static Tensor localResponseNorm(Tensor x, long size, double alpha, double beta, double k) {
    if (x.rank() < 3) {
      throw new ShapeException(
          "local_response_norm: " + x.shape() + ": needs samples, channels and positions");
    }
    if (size < 1) {
      throw new IllegalArgumentException(
          "local_response_norm: size " + size + ": must be at least 1");
    }
    Shape planes = Shape.of(x.size(0), x.size(1), x.shape().slice(2, x.rank()).numel());
    Tensor squares = x.square().reshape(planes).pad(0, 0, size / 2, (size - 1) / 2);
    var windows = Regions.Sliding.of(Windows.plain(2), size, 1L);
    Tensor mean = Dispatch.run(AvgPool.of(windows, true, 0), squares).reshape(x.shape());
    return x.div(mean.mul(alpha).add(k).pow(beta));
  }
}
