package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Interpolation, one dimension after the other: each element of the result is a weighted sum of a
 * few elements of the input, which are picked by index.
 */
final class Resampling {

  /** PyTorch's cubic curve through the neighbours; its antialiasing filter has −½ instead. */
  private static final double CUBIC = -0.75;

  private Resampling() {}

  /**
   * Where the elements of a result come from: tap t of element i is {@code index[t][i]}, with
   * {@code weight[t][i]}.
   */
  private record Taps(long[][] index, double[][] weight) {

    Taps(int taps, long size) {
      this(new long[taps][Math.toIntExact(size)], new double[taps][Math.toIntExact(size)]);
    }
  }

  /**
   * One dimension of the work.
   *
   * @param scale input elements per element of the result
   */
  private record Axis(long input, long output, double scale, boolean alignCorners) {

    /** Where element i of the result lies among the centres of the input's elements. */
    double position(long i) {
      return alignCorners ? i * scale : (i + 0.5) * scale - 0.5;
    }
  }

  static Tensor interpolate(Tensor x, InterpolateOptions options) {
    int dims = x.rank() - 2;
    InterpolationMode mode = options.mode();
    if (x.dtype() != DType.UINT8) {
      x.spec().requireFloating("interpolate");
    }
    requireFits(x, options);
    List<Long> size =
        options.size().isEmpty()
            ? List.of()
            : Sizes.each("interpolate", "size", options.size(), dims);
    Tensor y = ChannelNorms.wide(x);
    long[] sizes = new long[dims];
    double[] factors = new double[dims]; // 0: follows from the sizes
    for (int d = 0; d < dims; d++) {
      if (size.isEmpty()) {
        List<Double> given = options.scaleFactor();
        double factor = given.get(given.size() == 1 ? 0 : d);
        sizes[d] = (long) Math.floor(x.size(d + 2) * factor);
        factors[d] = options.recomputeScaleFactor() ? 0 : factor;
      } else {
        sizes[d] = size.get(d);
      }
      if (sizes[d] < 1 || x.size(d + 2) < 1) {
        throw new ShapeException(
            "interpolate: "
                + x.shape()
                + ": "
                + x.size(d + 2)
                + " elements to "
                + sizes[d]
                + " at dimension "
                + (d + 2)
                + ": needs at least one of each");
      }
    }
    if (mode == InterpolationMode.AREA) {
      return switch (dims) {
        case 1 -> Functional.adaptiveAvgPool1d(x, sizes[0]);
        case 2 -> Functional.adaptiveAvgPool2d(x, sizes);
        default -> Functional.adaptiveAvgPool3d(x, sizes);
      };
    }
    for (int d = dims - 1; d >= 0; d--) {
      y = resample(y, d + 2, taps(options, dims, x.size(d + 2), sizes[d], factors[d]));
    }
    return y.to(x.dtype());
  }

  private static void requireFits(Tensor x, InterpolateOptions options) {
    InterpolationMode mode = options.mode();
    int dims = x.rank() - 2;
    boolean fits =
        switch (mode) {
          case NEAREST, NEAREST_EXACT, AREA -> dims >= 1 && dims <= 3;
          case LINEAR -> dims == 1;
          case BILINEAR, BICUBIC -> dims == 2;
          case TRILINEAR -> dims == 3;
        };
    if (!fits) {
      throw new ShapeException(
          "interpolate: " + x.shape() + ": mode " + mode + " is not for " + dims + " dimensions");
    }
    int factors = options.scaleFactor().size();
    if (factors > 1 && factors != dims) {
      throw new ShapeException(
          "interpolate: " + x.shape() + ": " + factors + " factors for " + dims + " dimensions");
    }
    boolean curve =
        switch (mode) {
          case NEAREST, NEAREST_EXACT, AREA -> false;
          case LINEAR, BILINEAR, TRILINEAR, BICUBIC -> true;
        };
    if (!curve && options.alignCorners().isPresent()) {
      throw new IllegalArgumentException(
          "interpolate: alignCorners: means nothing in mode " + mode);
    }
    if (options.antialias()
        && mode != InterpolationMode.BILINEAR
        && mode != InterpolationMode.BICUBIC) {
      throw new IllegalArgumentException(
          "interpolate: antialias: exists for bilinear and bicubic, not in mode " + mode);
    }
  }

  /** Whether a size that stays the same is copied, as in PyTorch, whatever the factor. */
  private static boolean ignoresFactor(InterpolateOptions options, int dims) {
    return switch (options.mode()) {
      case NEAREST -> dims == 2;
      case NEAREST_EXACT, AREA -> false;
      case LINEAR, BILINEAR, TRILINEAR -> true;
      case BICUBIC -> options.antialias() || options.alignCorners().orElse(false);
    };
  }

  private static Optional<Taps> taps(
      InterpolateOptions options, int dims, long input, long output, double factor) {
    InterpolationMode mode = options.mode();
    boolean align = options.alignCorners().orElse(false);
    double ratio = factor > 0 ? 1 / factor : (double) input / output;
    double corners = output > 1 ? (double) (input - 1) / (output - 1) : 0;
    if (input == output && (factor == 0 || ignoresFactor(options, dims))) {
      return Optional.empty();
    }
    var axis = new Axis(input, output, align ? corners : ratio, align);
    boolean cubic = mode == InterpolationMode.BICUBIC;
    if (mode == InterpolationMode.NEAREST || mode == InterpolationMode.NEAREST_EXACT) {
      return Optional.of(nearest(axis, mode == InterpolationMode.NEAREST ? 0 : 0.5f, dims));
    }
    if (options.antialias()) {
      return Optional.of(
          filtered(axis, cubic ? 2 : 1, cubic ? Resampling::keys : Resampling::tent));
    }
    return Optional.of(cubic ? cubic(axis) : linear(axis));
  }

  /**
   * In float32, as PyTorch does it, which decides where positions are whole but for rounding. It
   * takes images of double size to be exact, whatever factor was given.
   */
  private static Taps nearest(Axis axis, float centre, int dims) {
    var taps = new Taps(1, axis.output);
    boolean doubled = dims == 2 && centre == 0 && axis.output == 2 * axis.input;
    float scale = doubled ? 0.5f : (float) axis.scale;
    for (int i = 0; i < axis.output; i++) {
      long at = (long) Math.floor((i + centre) * scale);
      taps.index[0][i] = Math.clamp(at, 0, axis.input - 1);
      taps.weight[0][i] = 1;
    }
    return taps;
  }

  private static Taps linear(Axis axis) {
    var taps = new Taps(2, axis.output);
    for (int i = 0; i < axis.output; i++) {
      double at = Math.max(0, axis.position(i));
      long low = Math.min((long) at, axis.input - 1);
      taps.index[0][i] = low;
      taps.index[1][i] = Math.min(low + 1, axis.input - 1);
      taps.weight[1][i] = Math.min(at - low, 1);
      taps.weight[0][i] = 1 - taps.weight[1][i];
    }
    return taps;
  }

  private static Taps cubic(Axis axis) {
    var taps = new Taps(4, axis.output);
    for (int i = 0; i < axis.output; i++) {
      double at = axis.position(i);
      double low = Math.floor(at);
      double[] weights = cubicWeights(at - low);
      for (int t = 0; t < 4; t++) {
        taps.index[t][i] = Math.clamp((long) low - 1 + t, 0, axis.input - 1);
        taps.weight[t][i] = weights[t];
      }
    }
    return taps;
  }

  /** The shares of four neighbours at distance t behind the second. */
  static double[] cubicWeights(double t) {
    return new double[] {
      cubicFar(t + 1, CUBIC), cubicNear(t, CUBIC), cubicNear(1 - t, CUBIC), cubicFar(2 - t, CUBIC)
    };
  }

  private static double cubicNear(double x, double a) {
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  }

  private static double cubicFar(double x, double a) {
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  }

  private static double tent(double x) {
    return Math.max(0, 1 - Math.abs(x));
  }

  /** Source: Keys, "Cubic convolution interpolation for digital image processing", 1981. */
  private static double keys(double x) {
    double size = Math.abs(x);
    return size < 1 ? cubicNear(size, -0.5) : size < 2 ? cubicFar(size, -0.5) : 0;
  }

  /** All elements under a filter that is stretched to what an element of the result covers. */
  private static Taps filtered(Axis axis, double reach, DoubleUnaryOperator filter) {
    double stretch = Math.max(1, axis.scale);
    double support = reach * stretch;
    var taps = new Taps((int) Math.ceil(2 * support) + 2, axis.output);
    for (int i = 0; i < axis.output; i++) {
      double centre = axis.scale * (i + 0.5);
      long low = Math.max((long) (centre - support + 0.5), 0);
      long high = Math.min((long) (centre + support + 0.5), axis.input);
      double sum = 0;
      for (int t = 0; t < high - low; t++) {
        taps.weight[t][i] = filter.applyAsDouble((t + low - centre + 0.5) / stretch);
        sum += taps.weight[t][i];
      }
      for (int t = 0; t < taps.index.length; t++) {
        taps.index[t][i] = Math.clamp(low + t, 0, axis.input - 1);
        taps.weight[t][i] /= sum == 0 ? 1 : sum;
      }
    }
    return taps;
  }

  private static Tensor resample(Tensor x, int dim, Optional<Taps> found) {
    if (found.isEmpty()) {
      return x;
    }
    Taps taps = found.get();
    Shape along = Shape.of(taps.index[0].length);
    for (int d = dim + 1; d < x.rank(); d++) {
      along = along.insert(along.rank(), 1);
    }
    try (var _ = Context.current().withDefaultDevice(x.device())) {
      boolean alone = taps.index.length == 1;
      Tensor y = tap(x, dim, taps, 0, along, !alone);
      for (int t = 1; t < taps.index.length; t++) {
        if (java.util.Arrays.stream(taps.weight[t]).anyMatch(w -> w != 0)) {
          y = y.add(tap(x, dim, taps, t, along, true));
        }
      }
      return y;
    }
  }

  private static Tensor tap(Tensor x, int dim, Taps taps, int t, Shape along, boolean weighted) {
    Tensor picked = x.indexSelect(dim, Tensor.of(taps.index[t]));
    return weighted ? picked.mul(Tensor.of(taps.weight[t]).to(x.dtype()).reshape(along)) : picked;
  }
}
