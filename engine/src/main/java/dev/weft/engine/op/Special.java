package dev.weft.engine.op;

/**
 * The error function and its relatives in double precision: the definitions that kernels are held
 * to. {@link GammaFunctions} and {@link BesselFunctions} have the others.
 */
public final class Special {

  private Special() {}

  /**
   * erf(x) = 2/√π ∫₀ˣ exp(−t²) dt.
   *
   * <p>Below 2.5 by the series 2/√π exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, whose terms are all positive,
   * so nothing cancels; above by the continued fraction of erfc. Source: NIST DLMF 7.6.2 and 7.9.1.
   */
  public static double erf(double x) {
    double a = Math.abs(x);
    if (a < 2.5) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
    if (a > 6) { // erfc(6) is 2e-17
      return Math.signum(x);
    }
    return Double.isNaN(x) ? x : Math.copySign(1 - erfcFraction(a), x);
  }

  /** erfc(x) = 1 − erf(x), without the cancellation for large x. */
  public static double erfc(double x) {
    if (x < 2.5) {
      return 1 - erf(x);
    }
    return x > 27.3 ? 0 : erfcFraction(x);
  }

  /** exp(x²) erfc(x): does not underflow for large x; +∞ below about −26.6. */
  public static double erfcx(double x) {
    return x < 2.5 ? Math.exp(x * x) * erfc(x) : scaledFraction(x);
  }

  private static double erfcFraction(double x) {
    return Math.exp(-x * x) * scaledFraction(x);
  }

  private static double scaledFraction(double x) {
    double fraction = 0;
    for (int k = 80; k > 0; k--) { // 80 levels reach the last bit from 2.5 on
      fraction = k / 2.0 / (x + fraction);
    }
    return 1 / Math.sqrt(Math.PI) / (x + fraction);
  }

  /** The y with erf(y) = x: ±∞ at ±1, NaN outside. */
  public static double erfinv(double x) {
    if (Math.abs(x) > 0.5) {
      return Math.copySign(erfcInverse(1 - Math.abs(x)), x);
    }
    double y = x * Math.sqrt(Math.PI) / 2;
    for (int i = 0; i < 6; i++) { // Newton's steps double the digits: 1, 2, 4, … 32
      y -= (erf(y) - x) * Math.sqrt(Math.PI) / 2 * Math.exp(y * y);
    }
    return y;
  }

  /** The x below which a standard normal number lies with probability p; NaN outside 0 to 1. */
  public static double ndtri(double p) {
    double x = Math.sqrt(2) * (p < 0.5 ? erfcInverse(2 * p) : erfcInverse(2 * (1 - p)));
    return p < 0.5 ? -x : x;
  }

  /**
   * The y ≥ 0 with erfc(y) = z, for z from 0 to 1. Newton's method on the logarithm, which is
   * concave and nearly a parabola: log erfc(y) = log erfcx(y) − y².
   */
  private static double erfcInverse(double z) {
    if (!(z > 0 && z < 1)) {
      return z == 0 ? Double.POSITIVE_INFINITY : z == 1 ? 0 : Double.NaN;
    }
    double target = Math.log(z);
    double y = Math.sqrt(-target);
    for (int i = 0; i < 50; i++) { // 5 or 6 do
      double scaled = erfcx(y);
      double step = (Math.log(scaled) - y * y - target) * Math.sqrt(Math.PI) / 2 * scaled;
      y += step;
      if (Math.abs(step) <= 1e-16 * y) {
        break;
      }
    }
    return y;
  }

  /** The logarithm of the normal distribution's Φ, without underflow. */
  public static double logNdtr(double x) {
    double t = x / Math.sqrt(2);
    return x < -1 ? Math.log(erfcx(-t) / 2) - t * t : Math.log1p(-erfc(t) / 2);
  }

  /** The inverse of sinh. */
  public static double asinh(double x) {
    double a = Math.abs(x);
    double y =
        a > 1e150 ? Math.log(a) + Math.log(2) : Math.log1p(a + a * a / (1 + Math.hypot(1, a)));
    return Math.copySign(y, x);
  }

  /** The inverse of cosh on x ≥ 1; NaN below. */
  public static double acosh(double x) {
    double t = x - 1; // exact near 1
    return x > 1e150 ? Math.log(x) + Math.log(2) : Math.log1p(t + Math.sqrt(t * (2 + t)));
  }

  /** The inverse of tanh: ±∞ at ±1, NaN outside. */
  public static double atanh(double x) {
    double a = Math.abs(x);
    return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
  }

  /** sin(πx) / (πx); 1 at 0. */
  public static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }

  /** −x log x; 0 at 0, −∞ below. */
  public static double entr(double x) {
    return x == 0 ? 0 : x < 0 ? Double.NEGATIVE_INFINITY : -x * Math.log(x);
  }

  static double mantissa(double x) {
    int e = (int) exponent(x);
    return Math.scalb(x, -e);
  }

  static double exponent(double x) {
    if (x == 0 || !Double.isFinite(x)) {
      return 0;
    }
    int e = Math.getExponent(x);
    return e >= Double.MIN_EXPONENT ? e + 1 : Math.getExponent(x * 0x1p54) - 53; // subnormal
  }
}
