package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Convolution (as in all of deep learning: cross-correlation) over one to three dimensions, and the
 * two ops that pull its gradient back.
 *
 * <p>All three come from one form that is linear in each of x, w and y,
 *
 * <p>F = Σ x[n, c, i] w[o, c, k] y[n, o, p] with i = p · stride + k · dilation − padding,
 *
 * <p>where n counts samples, c and o input and output channels of one group, and i, k and p run
 * over positions of the input, the kernel and the output. Padding counts as zeros. Each part is the
 * derivative of F by one of the three, computed from the other two. So the gradients of a part are
 * the other parts, and those of any order need nothing more.
 *
 * <p>Shape: x (N, C, *), w (O, C / groups, *), y (N, O, *). Half types are summed in float32.
 * Source: Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016.
 *
 * @param part which of the three is computed
 * @param groups channels are cut into this many groups that do not mix
 * @param size the spatial sizes of the result, where the inputs leave them open: of {@link
 *     Part#INPUT} and {@link Part#WEIGHT}; else empty
 * @param bias whether the last input is a bias, one number per channel of the result; not for
 *     {@link Part#WEIGHT}
 */
public record ConvOp(Part part, Windows windows, long groups, List<Long> size, boolean bias)
    implements Op {

  /** What is computed. */
  public enum Part {
    /** y from x and w: the convolution itself. */
    OUTPUT,
    /** x from y and w: the transposed convolution. */
    INPUT,
    /** w from x and y. */
    WEIGHT
  }

  public ConvOp {
    size = List.copyOf(size);
    if (groups < 1) {
      throw new IllegalArgumentException("conv: groups " + groups + ": must be at least 1");
    }
  }

  /** The convolution of an input with a weight. */
  public static ConvOp of(Windows windows, long groups, boolean bias) {
    return new ConvOp(Part.OUTPUT, windows, groups, List.of(), bias);
  }

  private ConvOp part(Part other, Shape sizes) {
    List<Long> open = other == Part.OUTPUT ? List.of() : spatial(sizes);
    return new ConvOp(other, windows, groups, open, false);
  }

  private static List<Long> spatial(Shape shape) {
    return IntStream.range(2, shape.rank()).mapToObj(shape::size).toList();
  }

  private Shape sizes() {
    return Shape.of(size.stream().mapToLong(Long::longValue).toArray());
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec a = inputs.get(0).requireFloating(this);
    TensorSpec b = inputs.get(1);
    int rank = windows.dims() + 2;
    for (TensorSpec each : inputs) {
      requireLike(a, each);
    }
    if (a.rank() != rank || b.rank() != rank || part != Part.OUTPUT && size.size() != rank - 2) {
      throw misfit(inputs, "needs " + rank + " dimensions: samples, channels and positions");
    }
    Shape result =
        switch (part) {
          case OUTPUT -> output(inputs);
          case INPUT -> input(inputs);
          case WEIGHT -> weight(inputs);
        };
    if (bias && !inputs.get(2).shape().equals(Shape.of(result.size(1)))) {
      throw misfit(inputs, "needs one bias per channel, (" + result.size(1) + ")");
    }
    return List.of(a.withShape(result));
  }

  private Shape output(List<TensorSpec> inputs) {
    Shape x = inputs.get(0).shape();
    Shape w = inputs.get(1).shape();
    if (x.size(1) != w.size(1) * groups) {
      throw misfit(
          inputs,
          "the weight takes "
              + w.size(1)
              + (groups == 1 ? "" : " times " + groups + " groups")
              + " channels, the input has "
              + x.size(1));
    }
    requireGroups(inputs, w.size(0));
    Shape positions = windows.counts(this, x.slice(2, x.rank()), w.slice(2, w.rank()));
    return Shape.of(x.size(0), w.size(0)).concat(positions);
  }

  private Shape input(List<TensorSpec> inputs) {
    Shape y = inputs.get(0).shape();
    Shape w = inputs.get(1).shape();
    if (y.size(1) != w.size(0)) {
      throw misfit(
          inputs, "the weight takes " + w.size(0) + " channels, the input has " + y.size(1));
    }
    requireGroups(inputs, w.size(0));
    Shape positions = windows.counts(this, sizes(), w.slice(2, w.rank()));
    if (!positions.equals(y.slice(2, y.rank()))) {
      throw misfit(inputs, sizes() + " holds " + positions + " windows of " + w.slice(2, w.rank()));
    }
    return Shape.of(y.size(0), w.size(1) * groups).concat(sizes());
  }

  private Shape weight(List<TensorSpec> inputs) {
    Shape x = inputs.get(0).shape();
    Shape y = inputs.get(1).shape();
    if (bias || x.size(0) != y.size(0) || x.size(1) % groups != 0) {
      throw misfit(inputs, "both need the same samples, and channels in groups of one size");
    }
    requireGroups(inputs, y.size(1));
    Shape positions = windows.counts(this, x.slice(2, x.rank()), sizes());
    if (!positions.equals(y.slice(2, y.rank()))) {
      throw misfit(inputs, x.slice(2, x.rank()) + " holds " + positions + " windows of " + sizes());
    }
    return Shape.of(y.size(1), x.size(1) / groups).concat(sizes());
  }

  private void requireGroups(List<TensorSpec> inputs, long channels) {
    if (channels % groups != 0) {
      throw misfit(inputs, channels + " channels cannot be cut into " + groups + " groups");
    }
  }

  private void requireLike(TensorSpec a, TensorSpec other) {
    if (a.dtype() != other.dtype()) {
      throw new DTypeException(
          this
              + ": "
              + a
              + " and "
              + other
              + ": dtypes differ; convert the input or the module with to(dtype)");
    }
  }

  private ShapeException misfit(List<TensorSpec> inputs, String why) {
    return new ShapeException(
        this + ": " + inputs.get(0).shape() + " and " + inputs.get(1).shape() + ": " + why);
  }

  @Override
  public Gradient gradient() {
    Gradient.Part toBias =
        Gradient.part(
            g -> g.sum(IntStream.range(0, g.rank()).filter(d -> d != 1).toArray(), false));
    return switch (part) {
      case OUTPUT ->
          Gradient.parts(
              Gradient.fromInputs(0b10, (g, p) -> pull(Part.INPUT, p, 0, g, p.input(1))),
              Gradient.fromInputs(0b01, (g, p) -> pull(Part.WEIGHT, p, 1, p.input(0), g)),
              toBias);
      case INPUT ->
          Gradient.parts(
              Gradient.fromInputs(0b10, (g, p) -> pull(Part.OUTPUT, p, 0, g, p.input(1))),
              Gradient.fromInputs(0b01, (g, p) -> pull(Part.WEIGHT, p, 1, g, p.input(0))),
              toBias);
      case WEIGHT ->
          Gradient.parts(
              Gradient.fromInputs(0b10, (g, p) -> pull(Part.INPUT, p, 0, p.input(1), g)),
              Gradient.fromInputs(0b01, (g, p) -> pull(Part.OUTPUT, p, 1, p.input(0), g)));
    };
  }

  /** The gradient of input {@code index}. */
  private Tensor pull(Part wanted, Gradient.Pull pull, int index, Tensor a, Tensor b) {
    return dev.weft.engine.Dispatch.run(part(wanted, pull.inputSpec(index).shape()), a, b);
  }

  /** 2 · y(N, O, *) · (C / groups, *) of the weight, for each of the three parts. */
  @Override
  public long flops(List<TensorSpec> inputs, TensorSpec output) {
    TensorSpec y = part == Part.OUTPUT ? output : inputs.get(part == Part.INPUT ? 0 : 1);
    TensorSpec w = part == Part.WEIGHT ? output : inputs.get(1);
    long channels = w.shape().size(0);
    return channels == 0 ? 0 : 2 * y.shape().numel() * (w.shape().numel() / channels);
  }

  @Override
  public Autocast autocast() {
    return Autocast.LOW;
  }

  private static Windows windows(long[] stride, long[] padding, long[] dilation) {
    return new Windows(list(stride), list(padding), list(dilation));
  }

  private static List<Long> list(long[] values) {
    return java.util.Arrays.stream(values).boxed().toList();
  }

  public static List<Sample> samples() {
    Windows uneven = windows(new long[] {2, 1}, new long[] {0, 2}, new long[] {1, 2});
    Windows strided = windows(new long[] {2}, new long[] {1}, new long[] {1});
    Windows cube = windows(new long[] {1, 2, 1}, new long[] {1, 0, 1}, new long[] {1, 1, 2});
    var samples = new ArrayList<Sample>();
    add(samples, Windows.plain(1), 1, true, shape(2, 3, 7), shape(4, 3, 3));
    add(samples, strided, 2, true, shape(2, 4, 6), shape(6, 2, 3));
    add(samples, Windows.plain(2), 1, false, shape(2, 2, 4, 5), shape(3, 2, 3, 2));
    add(samples, uneven, 1, true, shape(1, 2, 5, 4), shape(3, 2, 3, 2));
    add(samples, Windows.plain(2), 1, true, shape(2, 3, 3, 4), shape(2, 3, 1, 1));
    add(samples, Windows.plain(2), 3, false, shape(1, 3, 4, 4), shape(6, 1, 2, 3));
    add(samples, cube, 1, true, shape(1, 2, 3, 4, 3), shape(2, 2, 2, 2, 2));
    add(samples, Windows.plain(2), 1, true, shape(0, 2, 4, 4), shape(3, 2, 3, 3));
    add(samples, Windows.plain(2), 1, true, shape(1, 5, 5, 19), shape(9, 5, 3, 3));
    add(samples, uneven, 1, false, shape(2, 1, 7, 5), shape(8, 1, 3, 2));
    add(samples, strided, 1, true, shape(2, 3, 5), shape(0, 3, 3));
    return samples;
  }

  /** All three parts on the shapes of one convolution. */
  private static void add(
      List<Sample> samples, Windows windows, long groups, boolean bias, Shape x, Shape w) {
    ConvOp op = ConvOp.of(windows, groups, bias);
    Shape positions = windows.counts(op, x.slice(2, x.rank()), w.slice(2, w.rank()));
    Shape y = Shape.of(x.size(0), w.size(0)).concat(positions);
    samples.add((bias ? Sample.of(op, x, w, shape(w.size(0))) : Sample.of(op, x, w)).within(-1, 1));
    ConvOp back = new ConvOp(Part.INPUT, windows, groups, spatial(x), bias);
    samples.add(
        (bias ? Sample.of(back, y, w, shape(x.size(1))) : Sample.of(back, y, w)).within(-1, 1));
    samples.add(Sample.of(op.part(Part.WEIGHT, w), x, y).within(-1, 1));
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(1, 4, 5, 5), DType.FLOAT32);
    TensorSpec w = TensorSpec.of(shape(6, 4, 3, 3), DType.FLOAT32);
    ConvOp op = ConvOp.of(Windows.plain(2), 1, false);
    return List.of(
        ErrorSample.of(
            op,
            ShapeException.class,
            "the weight takes 3 channels, the input has 4",
            x,
            TensorSpec.of(shape(6, 3, 3, 3), DType.FLOAT32)),
        ErrorSample.of(
            op,
            ShapeException.class,
            "a window of 6 does not fit into 5 elements",
            x,
            TensorSpec.of(shape(6, 4, 6, 6), DType.FLOAT32)),
        ErrorSample.of(
            ConvOp.of(new Windows(List.of(1L), List.of(0L), List.of(1L << 62)), 1, false),
            ShapeException.class,
            "does not fit into 9 elements",
            TensorSpec.of(shape(1, 1, 9), DType.FLOAT32),
            TensorSpec.of(shape(1, 1, 5), DType.FLOAT32)),
        ErrorSample.of(
            op,
            ShapeException.class,
            "needs 4 dimensions",
            TensorSpec.of(shape(5, 5), DType.FLOAT32),
            w),
        ErrorSample.of(
            ConvOp.of(Windows.plain(2), 4, false),
            ShapeException.class,
            "6 channels cannot be cut into 4 groups",
            x,
            TensorSpec.of(shape(6, 1, 3, 3), DType.FLOAT32)),
        ErrorSample.of(
            ConvOp.of(Windows.plain(2), 1, true),
            ShapeException.class,
            "needs one bias per channel, (6)",
            x,
            w,
            TensorSpec.of(shape(4), DType.FLOAT32)),
        ErrorSample.of(
            op,
            DTypeException.class,
            "dtypes differ",
            x,
            TensorSpec.of(shape(6, 4, 3, 3), DType.FLOAT64)),
        ErrorSample.of(
            new ConvOp(Part.INPUT, Windows.plain(2), 1, List.of(9L, 7L), false),
            ShapeException.class,
            "(9, 7) holds (7, 5) windows",
            TensorSpec.of(shape(1, 6, 5, 5), DType.FLOAT32),
            w));
  }

  /** {@code conv[stride=[2, 1], groups=3]}; the other parts are conv_transpose and conv_weight. */
  @Override
  public String toString() {
    var settings = new ArrayList<String>();
    if (!windows.toString().isEmpty()) {
      settings.add(windows.toString());
    }
    if (groups != 1) {
      settings.add("groups=" + groups);
    }
    if (!size.isEmpty()) {
      settings.add("size=" + size);
    }
    return switch (part) {
          case OUTPUT -> "conv";
          case INPUT -> "conv_transpose";
          case WEIGHT -> "conv_weight";
        }
        + windows.dims()
        + "d["
        + String.join(", ", settings)
        + "]";
  }
}
