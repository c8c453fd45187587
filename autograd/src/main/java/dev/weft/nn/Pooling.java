package dev.weft.nn;

import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AvgPool;
import dev.weft.engine.op.MaxPool;
import dev.weft.engine.op.Regions;
import dev.weft.engine.op.Windows;
import java.util.ArrayList;
import java.util.List;

/** Poolings over any number of dimensions, with and without a batch. */
final class Pooling {

  private Pooling() {}

  static MaxPooled max(int dims, Tensor x, PoolOptions options) {
    String name = "max_pool" + dims + "d";
    if (!options.countIncludePad() || options.divisorOverride() != 0) {
      throw new IllegalArgumentException(
          name + ": countIncludePad and divisorOverride: are settings of averages");
    }
    return max(name, dims, x, sliding(name, dims, options));
  }

  static MaxPooled adaptiveMax(int dims, Tensor x, long[] outputSize) {
    String name = "adaptive_max_pool" + dims + "d";
    return max(name, dims, x, adaptive(name, dims, x, outputSize));
  }

  private static MaxPooled max(String name, int dims, Tensor x, Regions regions) {
    requireRank(name, dims, x);
    Tensor[] results = Dispatch.runAll(new MaxPool(regions), x);
    return new MaxPooled(results[0], results[1]);
  }

  static Tensor average(int dims, Tensor x, PoolOptions options) {
    String name = "avg_pool" + dims + "d";
    if (options.dilation().stream().anyMatch(d -> d != 1)) {
      throw new IllegalArgumentException(
          name + ": dilation " + options.dilation() + ": is a setting of maxima");
    }
    requireRank(name, dims, x);
    Regions regions = sliding(name, dims, options);
    return Dispatch.run(
        AvgPool.of(regions, options.countIncludePad(), options.divisorOverride()), x);
  }

  static Tensor adaptiveAverage(int dims, Tensor x, long[] outputSize) {
    String name = "adaptive_avg_pool" + dims + "d";
    requireRank(name, dims, x);
    return Dispatch.run(AvgPool.of(adaptive(name, dims, x, outputSize), false, 0), x);
  }

  /** (Σ xᵖ)^(1/p) over windows. */
  static Tensor power(int dims, Tensor x, double p, PoolOptions options) {
    String name = "lp_pool" + dims + "d";
    if (options.padding().stream().anyMatch(n -> n != 0)) {
      throw new IllegalArgumentException(
          name + ": padding " + options.padding() + ": it has none; use Functional.pad");
    }
    if (p == 0 || !Double.isFinite(p)) {
      throw new IllegalArgumentException(
          name + ": p = " + p + ": must be finite and not 0; the limit at ∞ is maxPool");
    }
    long elements = 1;
    for (long size : Sizes.each(name, "kernel size", options.kernelSize(), dims)) {
      elements *= size;
    }
    Tensor mean = average(dims, x.pow(p), options);
    if (p < 0) {
      return mean.mul(elements).pow(1 / p);
    }
    // Where the sum is 0, the derivative of the root would be infinite; it shall be 0.
    Tensor zero = mean.eq(0);
    return mean.maskedFill(zero, 1).mul(elements).pow(1 / p).maskedFill(zero, 0);
  }

  private static Regions sliding(String name, int dims, PoolOptions options) {
    List<Long> kernel = Sizes.each(name, "kernel size", options.kernelSize(), dims);
    List<Long> stride =
        options.stride().isEmpty() ? kernel : Sizes.each(name, "stride", options.stride(), dims);
    var windows =
        new Windows(
            stride,
            Sizes.each(name, "padding", options.padding(), dims),
            Sizes.each(name, "dilation", options.dilation(), dims));
    return new Regions.Sliding(windows, kernel, options.ceilMode());
  }

  private static Regions adaptive(String name, int dims, Tensor x, long[] outputSize) {
    requireRank(name, dims, x);
    List<Long> wanted = Sizes.each(name, "output size", Sizes.list(outputSize), dims);
    Shape sizes = Sizes.spatial(x.shape(), dims);
    var resolved = new ArrayList<Long>();
    for (int d = 0; d < dims; d++) {
      resolved.add(wanted.get(d) == -1 ? sizes.size(d) : wanted.get(d));
    }
    return new Regions.Adaptive(resolved);
  }

  static void requireRank(String name, int dims, Tensor x) {
    if (x.rank() != dims + 1 && x.rank() != dims + 2) {
      throw new ShapeException(
          name
              + ": "
              + x.shape()
              + ": needs (N, C, sizes) or (C, sizes), with "
              + dims
              + (dims == 1 ? " size" : " sizes"));
    }
  }

  /** Puts values where a pooling with {@code windows} found them; zeros elsewhere. */
  static Tensor unpool(int dims, Tensor x, Tensor indices, PoolOptions options, long[] outputSize) {
    String name = "max_unpool" + dims + "d";
    requireRank(name, dims, x);
    x.spec().requireFloating(name);
    indices.spec().requireIndex(name);
    if (!indices.shape().equals(x.shape())) {
      throw new ShapeException(
          name + ": " + x.shape() + ", indices " + indices.shape() + ": shapes differ");
    }
    List<Long> kernel = Sizes.each(name, "kernel size", options.kernelSize(), dims);
    List<Long> stride =
        options.stride().isEmpty() ? kernel : Sizes.each(name, "stride", options.stride(), dims);
    List<Long> padding = Sizes.each(name, "padding", options.padding(), dims);
    int lead = x.rank() - dims;
    long[] sizes = new long[dims];
    for (int d = 0; d < dims; d++) {
      long least = (x.size(lead + d) - 1) * stride.get(d) + kernel.get(d) - 2 * padding.get(d);
      sizes[d] = outputSize.length == 0 ? least : outputSize[outputSize.length - dims + d];
      if (Math.abs(sizes[d] - least) >= stride.get(d)) {
        throw new IllegalArgumentException(
            name
                + ": "
                + x.shape()
                + ", output size "
                + java.util.Arrays.toString(outputSize)
                + ": must differ by less than the stride "
                + stride
                + " from "
                + least
                + " at dimension "
                + d);
      }
    }
    Shape planes = x.shape().slice(0, lead);
    Shape rows = Shape.of(planes.numel(), Sizes.spatial(x.shape(), dims).numel());
    Shape flat = Shape.of(planes.numel(), Shape.of(sizes).numel());
    return Tensor.zeros(flat, x.dtype(), x.device())
        .scatter(1, indices.reshape(rows), x.reshape(rows))
        .reshape(planes.concat(Shape.of(sizes)));
  }

  // ---------------------------------------------------------------------------------- text

  /** One number, or a tuple, as Python prints it. */
  static String text(List<Long> values) {
    return values.size() == 1 ? String.valueOf(values.getFirst()) : Sizes.python(values);
  }

  static String sizesText(long[] sizes) {
    return text(Sizes.list(sizes));
  }

  static String windowText(PoolOptions options) {
    return "kernel_size="
        + text(options.kernelSize())
        + ", stride="
        + text(options.stride().isEmpty() ? options.kernelSize() : options.stride())
        + ", padding="
        + text(options.padding());
  }

  static String maxText(PoolOptions options) {
    return windowText(options)
        + ", dilation="
        + text(options.dilation())
        + ", ceil_mode="
        + Args.python(options.ceilMode());
  }

  static String averageText(PoolOptions options) {
    return windowText(options);
  }

  static String powerText(PoolOptions options) {
    return "kernel_size="
        + text(options.kernelSize())
        + ", stride="
        + text(options.stride().isEmpty() ? options.kernelSize() : options.stride())
        + ", ceil_mode="
        + Args.python(options.ceilMode());
  }
}
