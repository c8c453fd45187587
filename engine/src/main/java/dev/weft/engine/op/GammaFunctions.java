package dev.weft.engine.op;

/**
 * The gamma function's logarithm, its derivatives and the incomplete gamma functions, in double
 * precision. Formulas: NIST Digital Library of Mathematical Functions (DLMF), chapters 5, 8 and 25.
 */
public final class GammaFunctions {

  /** B₂, B₄, … B₂₀: the even Bernoulli numbers. */
  private static final double[] BERNOULLI = {
    1.0 / 6,
    -1.0 / 30,
    1.0 / 42,
    -1.0 / 30,
    5.0 / 66,
    -691.0 / 2730,
    7.0 / 6,
    -3617.0 / 510,
    43867.0 / 798,
    -174611.0 / 330
  };

  /** From here on ten terms of the asymptotic series reach the last bit. */
  private static final double LARGE = 12;

  /** Euler's constant γ. */
  private static final double EULER = 0.5772156649015328606;

  /** ζ(k) − 1 for k from 0 (the first two unused): the coefficients of log Γ around 2. */
  private static final double[] ZETA_MINUS_1 = zetaMinus1(30);

  private GammaFunctions() {}

  private static double[] zetaMinus1(int count) {
    double[] values = new double[count];
    for (int k = 2; k < count; k++) {
      values[k] = zeta(k, 2);
    }
    return values;
  }

  /** log |Γ(x)|: +∞ at 0, −1, −2, … and at ±∞. */
  public static double lgamma(double x) {
    if (Double.isInfinite(x) || x <= 0 && x == Math.rint(x)) {
      return Double.POSITIVE_INFINITY;
    }
    if (x < 0) { // DLMF 5.5.3: Γ(x) Γ(1 − x) = π / sin(πx)
      double sine = Math.sin(Math.PI * (x - Math.rint(x)));
      return Math.log(Math.PI / Math.abs(sine)) - lgamma(1 - x);
    }
    if (x < 0.5) {
      return lgamma(x + 1) - Math.log(x);
    }
    if (x < 1.5) {
      return lgammaAround2(x - 1) - Math.log1p(x - 1);
    }
    if (x < 2.5) {
      return lgammaAround2(x - 2);
    }
    double product = 1;
    for (; x < LARGE; x++) {
      product *= x;
    }
    return stirling(x) - Math.log(product);
  }

  /** log Γ(2 + z) = (1 − γ) z + Σ (−1)ᵏ (ζ(k) − 1) zᵏ / k for |z| ≤ ½. DLMF 5.7.3. */
  private static double lgammaAround2(double z) {
    double sum = 0;
    for (int k = ZETA_MINUS_1.length - 1; k > 1; k--) {
      sum = (ZETA_MINUS_1[k] / k) * (k % 2 == 0 ? 1 : -1) + sum * z;
    }
    return z * (1 - EULER + sum * z);
  }

  /** Stirling's series of log Γ(x) for large x. DLMF 5.11.1. */
  private static double stirling(double x) {
    return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + stirlingRest(x);
  }

  /** What Stirling's formula lacks: Σ B₂ₖ / (2k (2k − 1) x²ᵏ⁻¹). */
  private static double stirlingRest(double x) {
    double sum = 0;
    double power = x;
    for (int k = 1; k <= BERNOULLI.length; k++) {
      sum += BERNOULLI[k - 1] / (2.0 * k * (2 * k - 1)) / power;
      power *= x * x;
    }
    return sum;
  }

  /** The derivative of log Γ: ∓∞ at ±0, NaN at the other poles −1, −2, … */
  public static double digamma(double x) {
    if (x == 0) {
      return Math.copySign(Double.POSITIVE_INFINITY, -x);
    }
    if (x == Double.POSITIVE_INFINITY) {
      return x;
    }
    if (x < 0) { // DLMF 5.5.4
      double part = x - Math.rint(x);
      return part == 0 ? Double.NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * part);
    }
    double sum = 0;
    for (; x < LARGE; x++) {
      sum -= 1 / x;
    }
    sum += Math.log(x) - 0.5 / x; // DLMF 5.11.2
    double power = x * x;
    for (int k = 1; k <= BERNOULLI.length; k++) {
      sum -= BERNOULLI[k - 1] / (2.0 * k) / power;
      power *= x * x;
    }
    return sum;
  }

  /** The n-th derivative of digamma: (−1)ⁿ⁺¹ n! ζ(n + 1, x). */
  public static double polygamma(int n, double x) {
    if (n == 0) {
      return digamma(x);
    }
    double factorial = 1;
    for (int k = 2; k <= n; k++) {
      factorial *= k;
    }
    return (n % 2 == 0 ? -factorial : factorial) * zeta(n + 1, x);
  }

  /**
   * Hurwitz's ζ(s, q) = Σ (q + k)⁻ˢ over k ≥ 0. +∞ for s = 1 and where q is 0, −1, −2, …; NaN for s
   * &lt; 1, and for negative q unless s is whole.
   */
  public static double zeta(double s, double q) {
    if (s == 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (!(s > 1) || Double.isNaN(q)) {
      return Double.NaN;
    }
    if (q == Double.POSITIVE_INFINITY) {
      return 0;
    }
    if (q <= 0) {
      return q == Math.floor(q)
          ? Double.POSITIVE_INFINITY
          : s == Math.rint(s) ? zetaBelow0(s, q) : Double.NaN;
    }
    double sum = 0;
    for (double next = 1; q < LARGE + s && next > 1e-17 * sum; q++) {
      next = Math.pow(q, -s);
      sum += next;
    }
    // Euler and Maclaurin's sum of the rest: DLMF 25.11.5.
    double power = Math.pow(q, -s);
    sum += power * q / (s - 1) + power / 2;
    double term = s * power / q / 2; // s (s + 1) … (s + 2k − 2) q⁻ˢ⁻²ᵏ⁺¹ / (2k)!
    for (int k = 1; k <= BERNOULLI.length; k++) {
      sum += BERNOULLI[k - 1] * term;
      term *= (s + 2 * k - 1) * (s + 2 * k) / ((2.0 * k + 1) * (2 * k + 2) * q * q);
    }
    return sum;
  }

  /**
   * For whole s: the sum over all k from −∞ depends on the fraction of q alone, and what it has too
   * much is another zeta.
   */
  private static double zetaBelow0(double s, double q) {
    double part = q - Math.floor(q);
    double sign = s % 2 == 0 ? 1 : -1;
    return zeta(s, part) + sign * (zeta(s, 1 - part) - zeta(s, 1 - q));
  }

  /** P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a): from 0 to 1. NaN for negative a or x. */
  public static double gammaP(double a, double x) {
    return regularized(a, x, true);
  }

  /** Q(a, x) = 1 − P(a, x), without the cancellation for large x. */
  public static double gammaQ(double a, double x) {
    return regularized(a, x, false);
  }

  private static double regularized(double a, double x, boolean lower) {
    if (!(a >= 0 && x >= 0) || a == 0 && x == 0 || Double.isInfinite(a) && Double.isInfinite(x)) {
      return Double.NaN;
    }
    if (x == 0 || Double.isInfinite(a)) {
      return lower ? 0 : 1;
    }
    if (a == 0 || Double.isInfinite(x)) {
      return lower ? 1 : 0;
    }
    double front = Math.exp(logFront(a, x));
    if (x < a + 1) {
      double p = front * series(a, x);
      return lower ? p : 1 - p;
    }
    double q = front * a * fraction(a, x);
    return lower ? 1 - q : q;
  }

  /** log of xᵃ e⁻ˣ / Γ(a + 1); for large a in a form whose terms are small where P is alive. */
  private static double logFront(double a, double x) {
    if (a < LARGE) {
      return a * Math.log(x) - x - lgamma(a + 1);
    }
    double d = (x - a) / a;
    return a * (Math.log1p(d) - d) - Math.log(2 * Math.PI * a) / 2 - stirlingRest(a);
  }

  /** Σ xⁿ / ((a + 1) … (a + n)). DLMF 8.7.1. */
  private static double series(double a, double x) {
    double term = 1;
    double sum = 1;
    for (int n = 1; term > 1e-17 * sum; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return sum;
  }

  /** Γ(a, x) eˣ x⁻ᵃ by its continued fraction, DLMF 8.9.2, in Lentz's way. */
  private static double fraction(double a, double x) {
    double b = x + 1 - a;
    double c = Double.POSITIVE_INFINITY;
    double d = 1 / b;
    double product = d;
    for (int n = 1; n < 1_000_000; n++) {
      double coefficient = -n * (n - a);
      b += 2;
      d = 1 / (coefficient * d + b);
      c = b + coefficient / c;
      double factor = c * d;
      product *= factor;
      if (Math.abs(factor - 1) < 1e-16) {
        break;
      }
    }
    return product;
  }
}
