package dev.weft.nn;

import dev.weft.engine.Dispatch;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.PatchesOp;
import dev.weft.engine.op.Windows;
import java.util.List;
import java.util.Optional;

/** The part of {@link Functional} that is about convolutions. */
abstract sealed class ConvFunctions extends LayerFunctions permits PoolFunctions {

  /** {@link #conv1d(Tensor, Tensor, Optional, ConvOptions)} with the defaults, without a bias. */
  public static Tensor conv1d(Tensor input, Tensor weight) {
    return conv1d(input, weight, Optional.empty(), ConvOptions.DEFAULT);
  }

  /**
   * Convolution over one dimension: y[n, o, p] = b[o] + Σ x[n, c, p · stride + k · dilation −
   * padding] w[o, c, k], summed over c and k.
   *
   * <p>Shape: input (N, C, L) or (C, L), weight (O, C / groups, K), bias (O) → (N, O, L') or (O,
   * L'), with L' = ⌊(L + 2 padding − dilation (K − 1) − 1) / stride⌋ + 1.
   */
  public static Tensor conv1d(
      Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    return Convolution.conv(1, input, weight, bias, options);
  }

  /** {@link #conv2d(Tensor, Tensor, Optional, ConvOptions)} with the defaults, without a bias. */
  public static Tensor conv2d(Tensor input, Tensor weight) {
    return conv2d(input, weight, Optional.empty(), ConvOptions.DEFAULT);
  }

  /**
   * Convolution over two dimensions; see {@link #conv1d(Tensor, Tensor, Optional, ConvOptions)}.
   *
   * <p>Shape: input (N, C, H, W) or (C, H, W), weight (O, C / groups, K, K'), bias (O) → (N, O, H',
   * W') or (O, H', W').
   */
  public static Tensor conv2d(
      Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    return Convolution.conv(2, input, weight, bias, options);
  }

  /** {@link #conv3d(Tensor, Tensor, Optional, ConvOptions)} with the defaults, without a bias. */
  public static Tensor conv3d(Tensor input, Tensor weight) {
    return conv3d(input, weight, Optional.empty(), ConvOptions.DEFAULT);
  }

  /**
   * Convolution over three dimensions; see {@link #conv1d(Tensor, Tensor, Optional, ConvOptions)}.
   *
   * <p>Shape: input (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, K, K', K"), bias (O) →
   * (N, O, D', H', W') or (O, D', H', W').
   */
  public static Tensor conv3d(
      Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    return Convolution.conv(3, input, weight, bias, options);
  }

  /** Transposed convolution with the defaults, without a bias. */
  public static Tensor convTranspose1d(Tensor input, Tensor weight) {
    return convTranspose1d(input, weight, Optional.empty(), ConvOptions.DEFAULT);
  }

  /**
   * Transposed convolution over one dimension, the gradient of {@link #conv1d(Tensor, Tensor,
   * Optional, ConvOptions)} by its input: every element adds a scaled copy of the kernel to the
   * output.
   *
   * <p>Shape: input (N, C, L) or (C, L), weight (C, O / groups, K), bias (O) → (N, O, L') or (O,
   * L'), with L' = (L − 1) stride − 2 padding + dilation (K − 1) + output padding + 1.
   */
  public static Tensor convTranspose1d(
      Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    return Convolution.transposed(1, input, weight, bias, options);
  }

  /** Transposed convolution with the defaults, without a bias. */
  public static Tensor convTranspose2d(Tensor input, Tensor weight) {
    return convTranspose2d(input, weight, Optional.empty(), ConvOptions.DEFAULT);
  }

  /**
   * Transposed convolution over two dimensions; see {@link #convTranspose1d(Tensor, Tensor,
   * Optional, ConvOptions)}.
   */
  public static Tensor convTranspose2d(
      Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    return Convolution.transposed(2, input, weight, bias, options);
  }

  /** Transposed convolution with the defaults, without a bias. */
  public static Tensor convTranspose3d(Tensor input, Tensor weight) {
    return convTranspose3d(input, weight, Optional.empty(), ConvOptions.DEFAULT);
  }

  /**
   * Transposed convolution over three dimensions; see {@link #convTranspose1d(Tensor, Tensor,
   * Optional, ConvOptions)}.
   */
  public static Tensor convTranspose3d(
      Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    return Convolution.transposed(3, input, weight, bias, options);
  }

  /**
   * Sliding windows as columns; padding is zeros.
   *
   * <p>Shape: (N, C, H, W) or (C, H, W) → (N, C · K K', windows) or (C · K K', windows).
   *
   * @param options stride, padding and dilation; the others have no meaning here
   */
  public static Tensor unfold(Tensor x, long[] kernelSize, ConvOptions options) {
    boolean batch = x.rank() == 4;
    if (!batch && x.rank() != 3) {
      throw new ShapeException("unfold: " + x.shape() + ": needs (N, C, H, W) or (C, H, W)");
    }
    PatchesOp op = unfold("unfold", kernelSize, options, List.of());
    return batch ? Dispatch.run(op, x) : Dispatch.run(op, x.unsqueeze(0)).squeeze(0);
  }

  /**
   * Adds columns, as {@link #unfold} makes them, back to where they came from; what overlaps adds
   * up.
   *
   * <p>Shape: (N, C · K K', windows) or (C · K K', windows) → (N, C, H, W) or (C, H, W).
   *
   * @param outputSize H and W
   * @param options stride, padding and dilation; the others have no meaning here
   */
  public static Tensor fold(
      Tensor columns, long[] outputSize, long[] kernelSize, ConvOptions options) {
    boolean batch = columns.rank() == 3;
    if (!batch && columns.rank() != 2) {
      throw new ShapeException(
          "fold: " + columns.shape() + ": needs (N, elements, windows) or (elements, windows)");
    }
    List<Long> sizes = Sizes.each("fold", "output size", Sizes.list(outputSize), 2);
    PatchesOp op = unfold("fold", kernelSize, options, sizes);
    return batch ? Dispatch.run(op, columns) : Dispatch.run(op, columns.unsqueeze(0)).squeeze(0);
  }

  private static PatchesOp unfold(
      String name, long[] kernelSize, ConvOptions options, List<Long> sizes) {
    ConvOptions used =
        ConvOptions.DEFAULT
            .stride(Sizes.array(options.stride()))
            .padding(Sizes.array(options.padding()))
            .dilation(Sizes.array(options.dilation()));
    if (!used.equals(options)) {
      throw new IllegalArgumentException(
          name + ": " + options + ": takes stride, padding and dilation only");
    }
    var windows =
        new Windows(
            Sizes.each(name, "stride", options.stride(), 2),
            Sizes.each(name, "padding", options.padding(), 2),
            Sizes.each(name, "dilation", options.dilation(), 2));
    List<Long> kernel = Sizes.each(name, "kernel size", Sizes.list(kernelSize), 2);
    return new PatchesOp(windows, kernel, sizes);
  }
}
