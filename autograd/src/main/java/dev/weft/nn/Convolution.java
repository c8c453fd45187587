package dev.weft.nn;

import dev.weft.engine.Dispatch;
import dev.weft.engine.PadMode;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.ConvOp.Part;
import dev.weft.engine.op.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Convolutions over any number of dimensions, with and without a batch. */
final class Convolution {

  private Convolution() {}

  static Tensor conv(
      int dims, Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    String name = "conv" + dims + "d";
    requireRanks(name, dims, input, weight);
    if (options.outputPadding().stream().anyMatch(p -> p != 0)) {
      throw new IllegalArgumentException(
          name + ": output padding " + options.outputPadding() + ": only transposed ones have it");
    }
    Tensor x = batched(dims, input);
    List<Long> dilation = Sizes.each(name, "dilation", options.dilation(), dims);
    List<Long> padding = Sizes.each(name, "padding", options.padding(), dims);
    var pad = new long[2 * dims]; // from the last dimension to the first, as pad takes it
    boolean even = true;
    for (int d = 0; d < dims; d++) {
      long all = options.same() ? dilation.get(d) * (weight.size(d + 2) - 1) : 2 * padding.get(d);
      pad[2 * (dims - 1 - d)] = all / 2;
      pad[2 * (dims - 1 - d) + 1] = all - all / 2;
      even &= all % 2 == 0;
    }
    var inside = new ArrayList<Long>();
    for (int d = 0; d < dims; d++) {
      boolean byOp = even && options.paddingMode() == PadMode.CONSTANT;
      inside.add(byOp ? pad[2 * (dims - 1 - d)] : 0);
    }
    if (!even || options.paddingMode() != PadMode.CONSTANT) {
      x = x.pad(pad, options.paddingMode());
    }
    var windows = new Windows(Sizes.each(name, "stride", options.stride(), dims), inside, dilation);
    Tensor y = run(ConvOp.of(windows, options.groups(), bias.isPresent()), x, weight, bias);
    return input.rank() == x.rank() ? y : y.squeeze(0);
  }

  private static Tensor run(ConvOp op, Tensor x, Tensor weight, Optional<? extends Tensor> bias) {
    return bias.isPresent() ? Dispatch.run(op, x, weight, bias.get()) : Dispatch.run(op, x, weight);
  }

  static Tensor transposed(
      int dims, Tensor input, Tensor weight, Optional<? extends Tensor> bias, ConvOptions options) {
    String name = "conv_transpose" + dims + "d";
    requireRanks(name, dims, input, weight);
    requireTransposable(name, options);
    Tensor x = batched(dims, input);
    List<Long> stride = Sizes.each(name, "stride", options.stride(), dims);
    List<Long> padding = Sizes.each(name, "padding", options.padding(), dims);
    List<Long> dilation = Sizes.each(name, "dilation", options.dilation(), dims);
    List<Long> extra = Sizes.each(name, "output padding", options.outputPadding(), dims);
    var extents = new Windows(stride, padding, dilation);
    var sizes = new ArrayList<Long>();
    var removed = new ArrayList<Long>();
    var beyond = new long[2 * dims];
    for (int d = 0; d < dims; d++) {
      if (extra.get(d) >= Math.max(stride.get(d), dilation.get(d))) {
        throw new IllegalArgumentException(
            name
                + ": output padding "
                + extra
                + ": must be smaller than stride "
                + stride
                + " or dilation "
                + dilation);
      }
      // Beyond a stride less 1 behind the last window, the op knows no output. There the output
      // shows what padding has removed, and zeros behind that.
      long reached = Math.min(extra.get(d), stride.get(d) - 1);
      long left = extra.get(d) - reached;
      long shown = Math.min(left, padding.get(d));
      removed.add(padding.get(d) - shown);
      beyond[2 * (dims - 1 - d)] = -shown;
      beyond[2 * (dims - 1 - d) + 1] = left - shown;
      long size =
          (x.size(d + 2) - 1) * stride.get(d)
              - 2 * removed.get(d)
              + extents.extent(d, weight.size(d + 2))
              + reached;
      if (size < 1 || size - 2 * shown + left < 1) {
        throw new ShapeException(
            name + ": input " + input.shape() + ", padding " + padding + ": leaves no output");
      }
      sizes.add(size);
    }
    boolean whole = java.util.Arrays.stream(beyond).allMatch(b -> b == 0);
    var windows = new Windows(stride, removed, dilation);
    var op = new ConvOp(Part.INPUT, windows, options.groups(), sizes, whole && bias.isPresent());
    Tensor y = run(op, x, weight, whole ? bias : Optional.empty());
    if (!whole) {
      y = y.pad(beyond);
      y = bias.isPresent() ? y.add(perChannel(bias.get(), dims)) : y;
    }
    return input.rank() == x.rank() ? y : y.squeeze(0);
  }

  static void requireTransposable(String name, ConvOptions options) {
    if (options.same() || options.paddingMode() != PadMode.CONSTANT) {
      throw new IllegalArgumentException(
          name
              + ": padding "
              + (options.same() ? "'same'" : "mode " + options.paddingMode())
              + ": a transposed convolution removes zeros, nothing else");
    }
  }

  /** One number per channel, in the shape that broadcasts over positions. */
  static Tensor perChannel(Tensor values, int dims) {
    Shape shape = values.shape();
    for (int d = 0; d < dims; d++) {
      shape = shape.insert(shape.rank(), 1);
    }
    return values.reshape(shape);
  }

  private static Tensor batched(int dims, Tensor input) {
    return input.rank() == dims + 1 ? input.unsqueeze(0) : input;
  }

  private static void requireRanks(String name, int dims, Tensor input, Tensor weight) {
    boolean fits = input.rank() == dims + 1 || input.rank() == dims + 2;
    if (!fits || weight.rank() != dims + 2) {
      throw new ShapeException(
          name
              + ": input "
              + input.shape()
              + ", weight "
              + weight.shape()
              + ": needs an input (N, C, sizes) or (C, sizes) and a weight of "
              + (dims + 2)
              + " dimensions");
    }
  }
}
