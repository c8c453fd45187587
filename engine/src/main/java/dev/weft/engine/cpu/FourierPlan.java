package dev.weft.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a row of n complex numbers is transformed: in one pass per factor of n, or, where n has a
 * prime factor that is too large for that, as a convolution with a chirp, which is done by
 * transforms of a power of 2.
 *
 * <p>Real and imaginary parts are apart, so that the inner loops become vector code. Passes go from
 * one pair of arrays to another and leave the numbers in order.
 *
 * <p>Source: Stockham's autosort form, in C. Van Loan, "Computational Frameworks for the Fast
 * Fourier Transform", 1992; L. Bluestein, "A linear filtering approach to the computation of
 * discrete Fourier transform", 1970. Immutable; plans are shared by threads.
 */
final class FourierPlan {

  /** A prime factor p costs p² per p numbers; a chirp costs about what a factor of 50 does. */
  private static final int LARGEST_FACTOR = 31;

  /** Plans that are kept; a program rarely has more sizes. */
  private static final int MOST_PLANS = 64;

  private static final Map<Integer, FourierPlan> PLANS = new ConcurrentHashMap<>();

  private final int n;
  private final int[] factors;

  /** exp(−2πi k/n) */
  private final double[] cos;

  private final double[] sin;

  private final Optional<Chirp> chirp;

  private FourierPlan(int n) {
    this.n = n;
    List<Integer> parts = factors(n);
    if (parts.stream().allMatch(p -> p <= LARGEST_FACTOR)) {
      factors = parts.stream().mapToInt(p -> p).toArray();
      chirp = Optional.empty();
      cos = new double[n];
      sin = new double[n];
      for (int k = 0; k < n; k++) {
        cos[k] = cosine(k, n);
        sin[k] = -sine(k, n);
      }
    } else {
      factors = new int[0];
      cos = new double[0];
      sin = new double[0];
      chirp = Optional.of(new Chirp(n));
    }
  }

  static FourierPlan of(int n) {
    FourierPlan plan = PLANS.get(n);
    if (plan == null) {
      if (PLANS.size() >= MOST_PLANS) {
        PLANS.clear();
      }
      plan = new FourierPlan(n);
      PLANS.put(n, plan);
    }
    return plan;
  }

  /** Fours first, which need no products, then primes. */
  private static List<Integer> factors(int n) {
    var factors = new ArrayList<Integer>();
    int left = n;
    while (left % 4 == 0) {
      factors.add(4);
      left /= 4;
    }
    for (int p = 2; (long) p * p <= left; p++) {
      while (left % p == 0) {
        factors.add(p);
        left /= p;
      }
    }
    if (left > 1) {
      factors.add(left);
    }
    return factors;
  }

  /** cos(2π k/n) from an angle of at most π/4, so that symmetric numbers are equal. */
  private static double cosine(long k, long n) {
    long eighth = 8 * k / n;
    return switch ((int) eighth) {
      case 0 -> Math.cos(2 * Math.PI * k / n);
      case 1, 2 -> Math.sin(Math.PI * (n - 4 * k) / (2 * n));
      case 3, 4 -> -Math.cos(Math.PI * (n - 2 * k) / n);
      case 5, 6 -> Math.sin(Math.PI * (4 * k - 3 * n) / (2 * n));
      default -> Math.cos(2 * Math.PI * (n - k) / n);
    };
  }

  private static double sine(long k, long n) {
    long eighth = 8 * k / n;
    return switch ((int) eighth) {
      case 0 -> Math.sin(2 * Math.PI * k / n);
      case 1, 2 -> Math.cos(Math.PI * (n - 4 * k) / (2 * n));
      case 3, 4 -> Math.sin(Math.PI * (n - 2 * k) / n);
      case 5, 6 -> -Math.cos(Math.PI * (4 * k - 3 * n) / (2 * n));
      default -> -Math.sin(2 * Math.PI * (n - k) / n);
    };
  }

  /** The arrays that a transform works in, for one thread. */
  final class Room {
    /** What comes in and goes out: real and imaginary parts of n numbers. */
    double[] re = new double[n];

    double[] im = new double[n];

    private double[] otherRe = new double[n];
    private double[] otherIm = new double[n];
    private final Optional<FourierPlan.Room> convolution = chirp.map(c -> c.plan.new Room());

    /** Transforms the numbers in place, without scale. */
    void forward() {
      if (chirp.isPresent()) {
        chirp.get().convolve(this, convolution.orElseThrow());
        return;
      }
      int size = n;
      int stride = 1;
      for (int radix : factors) {
        size /= radix;
        pass(radix, size, stride);
        swap();
        stride *= radix;
      }
    }

    private void swap() {
      double[] t = re;
      re = otherRe;
      otherRe = t;
      t = im;
      im = otherIm;
      otherIm = t;
    }

    private void pass(int radix, int size, int stride) {
      switch (radix) {
        case 2 -> {
          for (int p = 0; p < size; p++) {
            Butterflies.two(
                re,
                im,
                p * stride,
                size * stride,
                otherRe,
                otherIm,
                2 * p * stride,
                stride,
                cos[p * stride],
                sin[p * stride]);
          }
        }
        case 4 -> {
          for (int p = 0; p < size; p++) {
            int w = p * stride;
            Butterflies.four(
                re,
                im,
                w,
                size * stride,
                otherRe,
                otherIm,
                4 * w,
                stride,
                cos[w],
                sin[w],
                cos[2 * w],
                sin[2 * w],
                cos[3 * w],
                sin[3 * w]);
          }
        }
        default -> any(radix, size, stride);
      }
    }

    /** A prime: its sums by their definition. */
    private void any(int radix, int size, int stride) {
      int turn = n / radix;
      for (int p = 0; p < size; p++) {
        for (int u = 0; u < radix; u++) {
          int to = (radix * p + u) * stride;
          java.util.Arrays.fill(otherRe, to, to + stride, 0);
          java.util.Arrays.fill(otherIm, to, to + stride, 0);
          for (int t = 0; t < radix; t++) {
            // exp(−2πi (tu / radix + pu / (radix · size))) in one factor
            int angle = (int) (((long) (t * u % radix) * turn + (long) p * u * stride) % n);
            Butterflies.addScaled(
                re,
                im,
                (p + t * size) * stride,
                otherRe,
                otherIm,
                to,
                stride,
                cos[angle],
                sin[angle]);
          }
        }
      }
    }
  }

  /** xⱼ wⱼ convolved with w̄, times w, with wₖ = exp(−πi k²/n). */
  private static final class Chirp {
    private final int n;
    private final FourierPlan plan;
    private final double[] wRe;
    private final double[] wIm;
    private final double[] filterRe;
    private final double[] filterIm;

    Chirp(int n) {
      this.n = n;
      int length = Integer.highestOneBit(2 * n - 2) * 2;
      plan = FourierPlan.of(length);
      wRe = new double[n];
      wIm = new double[n];
      Room room = plan.new Room();
      for (int k = 0; k < n; k++) {
        long square = (long) k * k % (2L * n);
        wRe[k] = cosine(square, 2L * n);
        wIm[k] = -sine(square, 2L * n);
        int mirrored = k == 0 ? 0 : length - k;
        room.re[k] = wRe[k];
        room.im[k] = -wIm[k];
        room.re[mirrored] = wRe[k];
        room.im[mirrored] = -wIm[k];
      }
      room.forward();
      filterRe = room.re;
      filterIm = room.im;
    }

    void convolve(FourierPlan.Room in, FourierPlan.Room room) {
      int length = plan.n;
      for (int k = 0; k < n; k++) {
        room.re[k] = in.re[k] * wRe[k] - in.im[k] * wIm[k];
        room.im[k] = in.re[k] * wIm[k] + in.im[k] * wRe[k];
      }
      java.util.Arrays.fill(room.re, n, length, 0);
      java.util.Arrays.fill(room.im, n, length, 0);
      room.forward();
      for (int k = 0; k < length; k++) {
        double re = room.re[k] * filterRe[k] - room.im[k] * filterIm[k];
        // The conjugate, so that the same transform goes back.
        room.im[k] = -(room.re[k] * filterIm[k] + room.im[k] * filterRe[k]);
        room.re[k] = re;
      }
      room.forward();
      for (int k = 0; k < n; k++) {
        double re = room.re[k] / length;
        double im = -room.im[k] / length;
        in.re[k] = re * wRe[k] - im * wIm[k];
        in.im[k] = re * wIm[k] + im * wRe[k];
      }
    }
  }
}
