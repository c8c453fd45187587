package dev.weft.nn;

import dev.weft.engine.PadMode;
import java.util.List;

/**
 * How a convolution moves over its input. Immutable; start from {@link #DEFAULT}. A setting takes
 * one number for all dimensions, or one per dimension.
 *
 * {@snippet :
 * new Conv2d(3, 16, 3, ConvOptions.DEFAULT.stride(2).padding(1));
 * }
 *
 * @param stride from a window to the next
 * @param padding elements added at both ends of each dimension
 * @param same whether padding is chosen so that the output has the input's size, which needs stride
 *     1; an odd number of elements puts one more at the end
 * @param dilation from an element of the window to the next
 * @param groups input and output channels are cut into this many groups that do not mix
 * @param paddingMode what the padding holds; a constant is 0
 * @param outputPadding elements added at the end of the output of a transposed convolution, to
 *     choose between the sizes that its stride allows
 */
public record ConvOptions(
    List<Long> stride,
    List<Long> padding,
    boolean same,
    List<Long> dilation,
    long groups,
    PadMode paddingMode,
    List<Long> outputPadding) {

  /** Stride 1, no padding, dilation 1, one group. */
  public static final ConvOptions DEFAULT =
      new ConvOptions(
          List.of(1L), List.of(0L), false, List.of(1L), 1, PadMode.CONSTANT, List.of(0L));

  public ConvOptions {
    stride = List.copyOf(stride);
    padding = List.copyOf(padding);
    dilation = List.copyOf(dilation);
    outputPadding = List.copyOf(outputPadding);
    Sizes.requireAtLeast("conv", "stride", stride, 1);
    Sizes.requireAtLeast("conv", "padding", padding, 0);
    Sizes.requireAtLeast("conv", "dilation", dilation, 1);
    Sizes.requireAtLeast("conv", "groups", List.of(groups), 1);
    Sizes.requireAtLeast("conv", "output padding", outputPadding, 0);
    if (same && stride.stream().anyMatch(s -> s != 1)) {
      throw new IllegalArgumentException(
          "conv: padding 'same', stride " + stride + ": the output of strides is smaller");
    }
  }

  /** With another stride. */
  public ConvOptions stride(long... stride) {
    return new ConvOptions(
        Sizes.list(stride), padding, same, dilation, groups, paddingMode, outputPadding);
  }

  /** With padding of a given size. */
  public ConvOptions padding(long... padding) {
    return new ConvOptions(
        stride, Sizes.list(padding), false, dilation, groups, paddingMode, outputPadding);
  }

  /** With as much padding as keeps the size: PyTorch's {@code padding='same'}. */
  public ConvOptions samePadding() {
    return new ConvOptions(stride, List.of(0L), true, dilation, groups, paddingMode, outputPadding);
  }

  /** With another dilation. */
  public ConvOptions dilation(long... dilation) {
    return new ConvOptions(
        stride, padding, same, Sizes.list(dilation), groups, paddingMode, outputPadding);
  }

  /** With another number of groups. */
  public ConvOptions groups(long groups) {
    return new ConvOptions(stride, padding, same, dilation, groups, paddingMode, outputPadding);
  }

  /** With padding that holds something else than zeros. */
  public ConvOptions paddingMode(PadMode paddingMode) {
    return new ConvOptions(stride, padding, same, dilation, groups, paddingMode, outputPadding);
  }

  /** With a larger output of a transposed convolution. */
  public ConvOptions outputPadding(long... outputPadding) {
    return new ConvOptions(
        stride, padding, same, dilation, groups, paddingMode, Sizes.list(outputPadding));
  }
}
