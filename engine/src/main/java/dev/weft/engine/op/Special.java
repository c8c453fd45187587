package dev.weft.engine.op;

/** Special functions in double precision: the definitions that kernels are held to. */
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

  private static double erfcFraction(double x) {
    double fraction = 0;
    for (int k = 80; k > 0; k--) { // 80 levels reach the last bit from 2.5 on
      fraction = k / 2.0 / (x + fraction);
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
}
