package dev.weft.engine;

import dev.weft.engine.op.Dft;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Discrete Fourier transforms, with the names of {@code torch.fft}. A signal of n numbers has the
 * spectrum Xₖ = Σⱼ xⱼ exp(−2πi jk/n); that of a real one is Hermitian, Xₙ₋ₖ = X̄ₖ, so its first
 * ⌊n/2⌋ + 1 numbers say all, and the functions named r… and h… work with those alone.
 *
 * <p>Sizes n or s cut a signal off, or fill it up with zeros; {@link #WHOLE} takes it as it is. Any
 * size is fast: those with large prime factors are done by a convolution. Negative dims count from
 * the end; no dims mean all of them, or as many of the last as there are sizes.
 *
 * <p>Dtype: float32, float64, complex64 and complex128; integers become the default dtype first.
 * All functions have gradients of any order.
 */
public final class Fft {

  /** The size that a dimension has; that of a signal for its half spectrum of m is 2(m − 1). */
  public static final long WHOLE = -1;

  /** Which of a pair of transforms is divided by n; with {@code ORTHO} each is by √n. */
  public enum Norm {
    /** The inverse transforms, those named i… */
    BACKWARD,
    /** Both, which keeps the sum of squares. */
    ORTHO,
    /** The forward transforms. */
    FORWARD
  }

  private static final long[] NO_SIZES = {};
  private static final int[] NO_DIMS = {};
  private static final int[] LAST_TWO = {-2, -1};

  private Fft() {}

  // --------------------------------------------------------------------------- one dimension

  /** The spectrum along the last dimension. */
  public static Tensor fft(Tensor x) {
    return fft(x, WHOLE, -1);
  }

  /** The spectrum of n numbers along {@code dim}. */
  public static Tensor fft(Tensor x, long n, int dim) {
    return fft(x, n, dim, Norm.BACKWARD);
  }

  /** The spectrum of n numbers along {@code dim}. */
  public static Tensor fft(Tensor x, long n, int dim, Norm norm) {
    return transform("fft", complex("fft", x), n, dim, norm, false);
  }

  /** The signal with this spectrum, along the last dimension. */
  public static Tensor ifft(Tensor x) {
    return ifft(x, WHOLE, -1);
  }

  /** The signal with this spectrum of n numbers, along {@code dim}. */
  public static Tensor ifft(Tensor x, long n, int dim) {
    return ifft(x, n, dim, Norm.BACKWARD);
  }

  /** The signal with this spectrum of n numbers, along {@code dim}. */
  public static Tensor ifft(Tensor x, long n, int dim, Norm norm) {
    return transform("ifft", complex("ifft", x), n, dim, norm, true);
  }

  /** The half spectrum of a real signal along the last dimension. */
  public static Tensor rfft(Tensor x) {
    return rfft(x, WHOLE, -1);
  }

  /** The half spectrum of a real signal of n numbers along {@code dim}. */
  public static Tensor rfft(Tensor x, long n, int dim) {
    return rfft(x, n, dim, Norm.BACKWARD);
  }

  /** The half spectrum of a real signal of n numbers along {@code dim}. */
  public static Tensor rfft(Tensor x, long n, int dim, Norm norm) {
    return halfSpectrum("rfft", x, n, dim, norm, false);
  }

  /** The real signal, of even size, with this half spectrum along the last dimension. */
  public static Tensor irfft(Tensor x) {
    return irfft(x, WHOLE, -1);
  }

  /** The real signal of n numbers with this half spectrum along {@code dim}. */
  public static Tensor irfft(Tensor x, long n, int dim) {
    return irfft(x, n, dim, Norm.BACKWARD);
  }

  /**
   * The real signal of n numbers with this half spectrum along {@code dim}. Imaginary parts where a
   * real signal has none, of the first number and for even n the last, are not used.
   */
  public static Tensor irfft(Tensor x, long n, int dim, Norm norm) {
    return fromHalf("irfft", complex("irfft", x), n, dim, norm, true);
  }

  /** The real spectrum, of even size, of a Hermitian signal given by its first half. */
  public static Tensor hfft(Tensor x) {
    return hfft(x, WHOLE, -1);
  }

  /** The real spectrum of n numbers of a Hermitian signal given by its first half. */
  public static Tensor hfft(Tensor x, long n, int dim) {
    return hfft(x, n, dim, Norm.BACKWARD);
  }

  /** The real spectrum of n numbers of a Hermitian signal given by its first half. */
  public static Tensor hfft(Tensor x, long n, int dim, Norm norm) {
    return fromHalf("hfft", complex("hfft", x), n, dim, norm, false);
  }

  /** The first half of the Hermitian signal with this real spectrum. */
  public static Tensor ihfft(Tensor x) {
    return ihfft(x, WHOLE, -1);
  }

  /** The first half of the Hermitian signal with this real spectrum of n numbers. */
  public static Tensor ihfft(Tensor x, long n, int dim) {
    return ihfft(x, n, dim, Norm.BACKWARD);
  }

  /** The first half of the Hermitian signal with this real spectrum of n numbers. */
  public static Tensor ihfft(Tensor x, long n, int dim, Norm norm) {
    return halfSpectrum("ihfft", x, n, dim, norm, true);
  }

  // ---------------------------------------------------------------------- several dimensions

  /** The spectrum along the last two dimensions. */
  public static Tensor fft2(Tensor x) {
    return fftn(x, NO_SIZES, LAST_TWO, Norm.BACKWARD);
  }

  /** The signal with this spectrum along the last two dimensions. */
  public static Tensor ifft2(Tensor x) {
    return ifftn(x, NO_SIZES, LAST_TWO, Norm.BACKWARD);
  }

  /** The half spectrum of a real signal along the last two dimensions; the last one is halved. */
  public static Tensor rfft2(Tensor x) {
    return rfftn(x, NO_SIZES, LAST_TWO, Norm.BACKWARD);
  }

  /** The real signal, of even last size, with this half spectrum along the last two dimensions. */
  public static Tensor irfft2(Tensor x) {
    return irfftn(x, NO_SIZES, LAST_TWO, Norm.BACKWARD);
  }

  /** The real spectrum of a signal that is Hermitian along the last two dimensions. */
  public static Tensor hfft2(Tensor x) {
    return hfftn(x, NO_SIZES, LAST_TWO, Norm.BACKWARD);
  }

  /** The half of the signal, Hermitian along the last two dimensions, with this real spectrum. */
  public static Tensor ihfft2(Tensor x) {
    return ihfftn(x, NO_SIZES, LAST_TWO, Norm.BACKWARD);
  }

  /** The spectrum along all dimensions. */
  public static Tensor fftn(Tensor x) {
    return fftn(x, NO_SIZES, NO_DIMS, Norm.BACKWARD);
  }

  /** The spectrum of s numbers along dims. */
  public static Tensor fftn(Tensor x, long[] s, int[] dims, Norm norm) {
    return transforms("fftn", complex("fftn", x), s, dims, norm, false);
  }

  /** The signal with this spectrum along all dimensions. */
  public static Tensor ifftn(Tensor x) {
    return ifftn(x, NO_SIZES, NO_DIMS, Norm.BACKWARD);
  }

  /** The signal with this spectrum of s numbers along dims. */
  public static Tensor ifftn(Tensor x, long[] s, int[] dims, Norm norm) {
    return transforms("ifftn", complex("ifftn", x), s, dims, norm, true);
  }

  /** The half spectrum of a real signal along all dimensions; the last one is halved. */
  public static Tensor rfftn(Tensor x) {
    return rfftn(x, NO_SIZES, NO_DIMS, Norm.BACKWARD);
  }

  /** The half spectrum of a real signal of s numbers along dims, of which the last is halved. */
  public static Tensor rfftn(Tensor x, long[] s, int[] dims, Norm norm) {
    return halfSpectra("rfftn", x, s, dims, norm, false);
  }

  /** The real signal, of even last size, with this half spectrum along all dimensions. */
  public static Tensor irfftn(Tensor x) {
    return irfftn(x, NO_SIZES, NO_DIMS, Norm.BACKWARD);
  }

  /** The real signal of s numbers with this half spectrum along dims. */
  public static Tensor irfftn(Tensor x, long[] s, int[] dims, Norm norm) {
    return fromHalves("irfftn", x, s, dims, norm, true);
  }

  /** The real spectrum of s numbers of a signal that is Hermitian along dims, given by its half. */
  public static Tensor hfftn(Tensor x, long[] s, int[] dims, Norm norm) {
    return fromHalves("hfftn", x, s, dims, norm, false);
  }

  /** The half of the signal, Hermitian along dims, with this real spectrum of s numbers. */
  public static Tensor ihfftn(Tensor x, long[] s, int[] dims, Norm norm) {
    return halfSpectra("ihfftn", x, s, dims, norm, true);
  }

  // ----------------------------------------------------------------------------- frequencies

  /** {@link #fftfreq(long, double)} at distance 1. */
  public static Tensor fftfreq(long n) {
    return fftfreq(n, 1);
  }

  /**
   * The frequency of each number of a spectrum, in cycles per unit, for samples that are d apart:
   * 0, 1, …, −2, −1 over n d. Of the default dtype.
   */
  public static Tensor fftfreq(long n, double d) {
    Tensor up = Tensor.arange(Math.ceilDiv(n, 2));
    Tensor down = Tensor.arange(-(n / 2), 0, 1);
    return overPeriod("fftfreq", Tensor.cat(java.util.List.of(up, down), 0), n, d);
  }

  /** {@link #rfftfreq(long, double)} at distance 1. */
  public static Tensor rfftfreq(long n) {
    return rfftfreq(n, 1);
  }

  /** The frequency of each number of a half spectrum: 0 to ⌊n/2⌋, over n d. */
  public static Tensor rfftfreq(long n, double d) {
    return overPeriod("rfftfreq", Tensor.arange(n / 2 + 1), n, d);
  }

  private static Tensor overPeriod(String op, Tensor counts, long n, double d) {
    if (n < 1 || d == 0 || !Double.isFinite(d)) {
      throw new IllegalArgumentException(
          op + ": " + n + " numbers at distance " + d + ": needs at least one, and a distance");
    }
    return counts.to(DType.FLOAT64).mul(1 / (n * d)).to(Context.current().defaultDtype());
  }

  /** Moves frequency 0 to the middle, along dims. A copy. */
  public static Tensor fftshift(Tensor x, int... dims) {
    return shifted("fftshift", x, dims, false);
  }

  /** Moves frequency 0 from the middle back to the front, along dims. A copy. */
  public static Tensor ifftshift(Tensor x, int... dims) {
    return shifted("ifftshift", x, dims, true);
  }

  private static Tensor shifted(String op, Tensor x, int[] dims, boolean back) {
    int[] axes = axes(op, x, NO_SIZES, dims);
    Tensor y = x;
    for (int axis : axes) {
      long half = x.size(axis) / 2;
      y = y.roll(back ? -half : half, axis);
    }
    return y == x ? x.copy() : y;
  }

  // ---------------------------------------------------------------------------------------

  /** {@code x} in a complex dtype. */
  private static Tensor complex(String op, Tensor x) {
    Operands.given(op, "input", x);
    Tensor y = Operands.floating(x);
    if (y.isComplex()) {
      return y;
    }
    y.spec().requireFull(op);
    return y.to(y.dtype().toComplex());
  }

  private static Tensor real(String op, Tensor x) {
    Operands.given(op, "input", x);
    x.spec().requireReal(op);
    Tensor y = Operands.floating(x);
    y.spec().requireFull(op);
    return y;
  }

  private static double scale(Norm norm, double n, boolean inverse) {
    return switch (norm) {
      case BACKWARD -> inverse ? 1 / n : 1;
      case ORTHO -> 1 / Math.sqrt(n);
      case FORWARD -> inverse ? 1 : 1 / n;
    };
  }

  private static Tensor transform(
      String op, Tensor x, long n, int dim, Norm norm, boolean inverse) {
    int axis = axis(op, x, dim);
    Tensor y = sized(op, x, n, axis);
    return along(y, axis, new Dft(inverse, scale(norm, y.size(axis), inverse)));
  }

  private static Tensor along(Tensor x, int axis, Dft dft) {
    return Dispatch.run(dft, x.movedim(axis, -1)).movedim(-1, axis);
  }

  private static int axis(String op, Tensor x, int dim) {
    Operands.given(op, "input", x);
    x.spec().requireRank(op, 1).requireDim(op, dim);
    return x.shape().dim(dim);
  }

  /** {@code x} with size n along {@code axis}: cut off, or filled up with zeros. */
  private static Tensor sized(String op, Tensor x, long n, int axis) {
    long size = x.size(axis);
    if (n == 0 || n < WHOLE || n == WHOLE && size == 0) {
      throw new ShapeException(
          op
              + ": "
              + x.spec()
              + " with "
              + (n == WHOLE ? size : n)
              + " numbers along dimension "
              + axis
              + ": needs at least 1");
    }
    if (n == WHOLE || n == size) {
      return x;
    }
    if (n < size) {
      return x.narrow(axis, 0, n);
    }
    Tensor zeros = Tensor.zeros(x.shape().with(axis, n - size), x.dtype(), x.device());
    return Tensor.cat(java.util.List.of(x, zeros), axis);
  }

  private static Tensor halfSpectrum(
      String op, Tensor x, long n, int dim, Norm norm, boolean inverse) {
    int axis = axis(op, real(op, x), dim);
    Tensor y = sized(op, real(op, x), n, axis);
    long size = y.size(axis);
    Tensor whole = along(complex(op, y), axis, new Dft(inverse, scale(norm, size, inverse)));
    return whole.narrow(axis, 0, size / 2 + 1);
  }

  private static Tensor fromHalf(String op, Tensor x, long n, int dim, Norm norm, boolean inverse) {
    int axis = axis(op, x, dim);
    long size = n == WHOLE ? 2 * (x.size(axis) - 1) : n;
    if (size < 1) {
      throw new ShapeException(
          op
              + ": "
              + x.spec()
              + " to "
              + size
              + " numbers along dimension "
              + axis
              + ": needs at least 1");
    }
    Tensor half = sized(op, x, size / 2 + 1, axis);
    long mirrored = (size - 1) / 2;
    Tensor whole = half;
    if (mirrored > 0) {
      Tensor rest = half.narrow(axis, 1, mirrored).flip(axis).conj();
      whole = Tensor.cat(java.util.List.of(half, rest), axis);
    }
    return along(whole, axis, new Dft(inverse, scale(norm, size, inverse))).real().copy();
  }

  // ---------------------------------------------------------------------- several dimensions

  private static int[] axes(String op, Tensor x, long[] s, int[] dims) {
    Operands.given(op, "input", x);
    Operands.given(op, "s", s);
    Operands.given(op, "dims", dims);
    if (dims.length == 0) {
      int count = s.length == 0 ? x.rank() : s.length;
      if (count > x.rank()) {
        throw new ShapeException(
            op + ": " + x.spec() + " with " + count + " sizes: has fewer dimensions");
      }
      return IntStream.range(x.rank() - count, x.rank()).toArray();
    }
    if (s.length != 0 && s.length != dims.length) {
      throw new ShapeException(
          op + ": " + s.length + " sizes for " + dims.length + " dimensions: must be as many");
    }
    int[] axes = Arrays.stream(dims).map(dim -> axis(op, x, dim)).toArray();
    if (Arrays.stream(axes).distinct().count() < axes.length) {
      throw new ShapeException(op + ": dims " + Arrays.toString(dims) + ": one occurs twice");
    }
    return axes;
  }

  private static long size(long[] s, int index) {
    return s.length == 0 ? WHOLE : s[index];
  }

  private static Tensor transforms(
      String op, Tensor x, long[] s, int[] dims, Norm norm, boolean inverse) {
    int[] axes = axes(op, x, s, dims);
    Tensor y = x;
    for (int i = axes.length - 1; i >= 0; i--) {
      y = transform(op, y, size(s, i), axes[i], norm, inverse);
    }
    return y;
  }

  private static Tensor halfSpectra(
      String op, Tensor x, long[] s, int[] dims, Norm norm, boolean inverse) {
    int[] axes = axes(op, real(op, x), s, dims);
    int last = lastAxis(op, x, axes);
    Tensor y = halfSpectrum(op, x, size(s, last), axes[last], norm, inverse);
    for (int i = last - 1; i >= 0; i--) {
      y = transform(op, y, size(s, i), axes[i], norm, inverse);
    }
    return y;
  }

  private static Tensor fromHalves(
      String op, Tensor x, long[] s, int[] dims, Norm norm, boolean inverse) {
    int[] axes = axes(op, x, s, dims);
    int last = lastAxis(op, x, axes);
    Tensor y = complex(op, x);
    for (int i = 0; i < last; i++) {
      y = transform(op, y, size(s, i), axes[i], norm, inverse);
    }
    return fromHalf(op, y, size(s, last), axes[last], norm, inverse);
  }

  private static int lastAxis(String op, Tensor x, int[] axes) {
    if (axes.length == 0) {
      throw new ShapeException(op + ": " + x.spec() + ": needs at least 1 dimension");
    }
    return axes.length - 1;
  }
}
