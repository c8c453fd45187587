package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.PadMode;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What convolutions over any number of dimensions share: parameters, their start, their text. */
abstract class ConvNd extends Module<Tensor, Tensor> {

  public final Parameter weight;
  public final Optional<Parameter> bias;

  final ConvOptions options;
  private final int dims;
  private final long inChannels;
  private final long outChannels;
  private final List<Long> kernelSize;
  private final boolean transposed;

  ConvNd(
      int dims,
      boolean transposed,
      long inChannels,
      long outChannels,
      long[] kernelSize,
      ConvOptions options,
      boolean bias) {
    String name = typeName();
    this.dims = dims;
    this.transposed = transposed;
    this.inChannels = Args.nonNegative(name, "inChannels", inChannels);
    this.outChannels = Args.nonNegative(name, "outChannels", outChannels);
    this.kernelSize = Sizes.each(name, "kernel size", Sizes.list(kernelSize), dims);
    this.options = options;
    Sizes.requireAtLeast(name, "kernel size", this.kernelSize, 1);
    requireGroups("inChannels", inChannels);
    requireGroups("outChannels", outChannels);
    Sizes.each(name, "stride", options.stride(), dims);
    Sizes.each(name, "padding", options.padding(), dims);
    Sizes.each(name, "dilation", options.dilation(), dims);
    Sizes.each(name, "output padding", options.outputPadding(), dims);
    if (transposed) {
      Convolution.requireTransposable(name, options);
    }
    long[] shape = new long[dims + 2];
    shape[0] = transposed ? inChannels : outChannels;
    shape[1] = (transposed ? outChannels : inChannels) / options.groups();
    long fan = shape[1];
    for (int d = 0; d < dims; d++) {
      shape[d + 2] = this.kernelSize.get(d);
      fan *= shape[d + 2];
    }
    // PyTorch calls Kaiming's rule with a = √5, whose bound is √(6 / (1 + 5) / fan) = 1/√fan.
    double bound = fan == 0 ? 0 : 1 / Math.sqrt(fan);
    weight = Init.parameter(w -> Init.uniform(w, -bound, bound), shape);
    this.bias =
        bias
            ? Optional.of(Init.parameter(b -> Init.uniform(b, -bound, bound), outChannels))
            : Optional.empty();
  }

  /** The same convolution with a bias, and no values yet. */
  final ConvNd likeWithBias() {
    long[] kernel = kernelSize.stream().mapToLong(Long::longValue).toArray();
    try (var _ = Init.skipped();
        var _ = Context.current().withDefaultDtype(weight.dtype());
        var _ = Context.current().withDefaultDevice(weight.device())) {
      return make(inChannels, outChannels, kernel, options, true);
    }
  }

  abstract ConvNd make(
      long inChannels, long outChannels, long[] kernelSize, ConvOptions options, boolean bias);

  /** One factor per output channel, in a shape that broadcasts to the weight. */
  final Tensor scalePerOutput(Tensor factors) {
    if (!transposed) {
      return Convolution.perChannel(factors.unsqueeze(1), dims);
    }
    long groups = options.groups();
    Tensor each = factors.reshape(groups, 1, outChannels / groups);
    each = each.expand(Shape.of(groups, inChannels / groups, outChannels / groups));
    return Convolution.perChannel(each.reshape(inChannels, outChannels / groups), dims);
  }

  private void requireGroups(String what, long channels) {
    if (channels % options.groups() != 0) {
      throw new IllegalArgumentException(
          typeName()
              + ": "
              + what
              + " "
              + channels
              + ": cannot be cut into "
              + options.groups()
              + " groups");
    }
  }

  /** The options with the output padding that gives an output of this size. */
  final ConvOptions fitting(Tensor x, long[] outputSize) {
    List<Long> wanted =
        Sizes.each(
            typeName(),
            "output size",
            Sizes.list(outputSize)
                .subList(Math.max(0, outputSize.length - dims), outputSize.length),
            dims);
    long[] extra = new long[dims];
    for (int d = 0; d < dims; d++) {
      long stride = Sizes.each(typeName(), "stride", options.stride(), dims).get(d);
      long least =
          (x.size(x.rank() - dims + d) - 1) * stride
              - 2 * Sizes.each(typeName(), "padding", options.padding(), dims).get(d)
              + (kernelSize.get(d) - 1)
                  * Sizes.each(typeName(), "dilation", options.dilation(), dims).get(d)
              + 1;
      extra[d] = wanted.get(d) - least;
      if (extra[d] < 0 || extra[d] >= stride) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: output size %s for %s: dimension %d can be %d to %d",
                typeName(),
                wanted,
                x.shape(),
                d,
                least,
                least + stride - 1));
      }
    }
    return options.outputPadding(extra);
  }

  /** As PyTorch prints it: what is not the default is left out. */
  @Override
  protected String extraRepr() {
    var parts = new ArrayList<String>();
    parts.add(String.valueOf(inChannels));
    parts.add(String.valueOf(outChannels));
    parts.add("kernel_size=" + Sizes.python(kernelSize));
    parts.add("stride=" + Sizes.python(Sizes.each("", "", options.stride(), dims)));
    if (options.same()) {
      parts.add("padding=same");
    }
    addUnless(parts, "padding", options.padding(), 0);
    addUnless(parts, "dilation", options.dilation(), 1);
    addUnless(parts, "output_padding", options.outputPadding(), 0);
    if (options.groups() != 1) {
      parts.add("groups=" + options.groups());
    }
    if (bias.isEmpty()) {
      parts.add("bias=False");
    }
    if (!transposed && options.paddingMode() != PadMode.CONSTANT) {
      parts.add("padding_mode=" + options.paddingMode().name().toLowerCase(Locale.ROOT));
    }
    return String.join(", ", parts);
  }

  private void addUnless(List<String> parts, String name, List<Long> values, long usual) {
    if (values.stream().anyMatch(value -> value != usual)) {
      parts.add(name + "=" + Sizes.python(Sizes.each("", "", values, dims)));
    }
  }
}
