package dev.weft.nn;

import java.util.List;

/**
 * The windows of a pooling. Immutable; start from {@link #of}. A setting takes one number for all
 * dimensions, or one per dimension.
 *
 * {@snippet :
 * new MaxPool2d(PoolOptions.of(3).stride(2).padding(1));
 * }
 *
 * @param kernelSize the size of a window
 * @param stride from a window to the next; empty for the size of a window
 * @param padding elements added at both ends of each dimension; they never win a maximum, and count
 *     as zeros in an average
 * @param dilation from an element of the window to the next; for maxima only
 * @param ceilMode whether a last window that hangs over the end counts
 * @param countIncludePad whether an average is over the padding too; for averages only
 * @param divisorOverride what sums are divided by instead of a count; 0 for the count; for averages
 *     only
 */
public record PoolOptions(
    List<Long> kernelSize,
    List<Long> stride,
    List<Long> padding,
    List<Long> dilation,
    boolean ceilMode,
    boolean countIncludePad,
    long divisorOverride) {

  public PoolOptions {
    kernelSize = List.copyOf(kernelSize);
    stride = List.copyOf(stride);
    padding = List.copyOf(padding);
    dilation = List.copyOf(dilation);
    Sizes.requireAtLeast("pool", "kernel size", kernelSize, 1);
    Sizes.requireAtLeast("pool", "stride", stride, 1);
    Sizes.requireAtLeast("pool", "padding", padding, 0);
    Sizes.requireAtLeast("pool", "dilation", dilation, 1);
  }

  /** Windows of this size, side by side, without padding. */
  public static PoolOptions of(long... kernelSize) {
    return new PoolOptions(
        Sizes.list(kernelSize), List.of(), List.of(0L), List.of(1L), false, true, 0);
  }

  /** With another step from a window to the next. */
  public PoolOptions stride(long... stride) {
    return new PoolOptions(
        kernelSize,
        Sizes.list(stride),
        padding,
        dilation,
        ceilMode,
        countIncludePad,
        divisorOverride);
  }

  /** With padding. */
  public PoolOptions padding(long... padding) {
    return new PoolOptions(
        kernelSize,
        stride,
        Sizes.list(padding),
        dilation,
        ceilMode,
        countIncludePad,
        divisorOverride);
  }

  /** With gaps between the elements of a window. */
  public PoolOptions dilation(long... dilation) {
    return new PoolOptions(
        kernelSize,
        stride,
        padding,
        Sizes.list(dilation),
        ceilMode,
        countIncludePad,
        divisorOverride);
  }

  /** With windows that hang over the end, or without. */
  public PoolOptions ceilMode(boolean ceilMode) {
    return new PoolOptions(
        kernelSize, stride, padding, dilation, ceilMode, countIncludePad, divisorOverride);
  }

  /** With averages over the padding too, or not. */
  public PoolOptions countIncludePad(boolean countIncludePad) {
    return new PoolOptions(
        kernelSize, stride, padding, dilation, ceilMode, countIncludePad, divisorOverride);
  }

  /** With a divisor for sums instead of a count. */
  public PoolOptions divisorOverride(long divisorOverride) {
    if (divisorOverride == 0) {
      throw new IllegalArgumentException("pool: divisor 0: nothing can be divided by it");
    }
    return new PoolOptions(
        kernelSize, stride, padding, dilation, ceilMode, countIncludePad, divisorOverride);
  }
}
