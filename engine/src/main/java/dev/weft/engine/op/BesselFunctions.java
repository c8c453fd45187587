package dev.weft.engine.op;

/**
 * Modified Bessel functions of the first kind, of order 0 and 1, in double precision. Below 30 by
 * the power series, whose terms are all positive (DLMF 10.25.2); above by the asymptotic series
 * (DLMF 10.40.1), which is at its last bit there.
 */
public final class BesselFunctions {

  private static final double LARGE = 30;

  private BesselFunctions() {}

  /** I₀(x). */
  public static double i0(double x) {
    return Math.abs(x) < LARGE ? series(x, 0) : Math.exp(Math.abs(x)) * i0e(x);
  }

  /** I₀(x) e⁻|x|. */
  public static double i0e(double x) {
    double a = Math.abs(x);
    return a < LARGE ? series(a, 0) * Math.exp(-a) : asymptotic(a, 0);
  }

  /** I₁(x). */
  public static double i1(double x) {
    return Math.abs(x) < LARGE ? series(x, 1) : Math.exp(Math.abs(x)) * i1e(x);
  }

  /** I₁(x) e⁻|x|. */
  public static double i1e(double x) {
    double a = Math.abs(x);
    return Math.copySign(a < LARGE ? series(a, 1) * Math.exp(-a) : asymptotic(a, 1), x);
  }

  /** Σ (x/2)²ᵏ⁺ᵛ / (k! (k + v)!). */
  private static double series(double x, int order) {
    double term = order == 0 ? 1 : x / 2;
    double sum = term;
    for (int k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
      term *= x / 2 * (x / 2) / (k * (double) (k + order));
      sum += term;
    }
    return sum;
  }

  /** (1 − (4v² − 1)/(8x) + (4v² − 1)(4v² − 9)/(2! (8x)²) − …) / √(2πx). */
  private static double asymptotic(double x, int order) {
    double mu = 4.0 * order * order;
    double term = 1;
    double sum = 1;
    for (int k = 1; Math.abs(term) > 1e-17 && k < 40; k++) {
      term *= -(mu - (2.0 * k - 1) * (2 * k - 1)) / (k * 8 * x);
      sum += term;
    }
    return x == Double.POSITIVE_INFINITY ? 0 : sum / Math.sqrt(2 * Math.PI * x);
  }
}
