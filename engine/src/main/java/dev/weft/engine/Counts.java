package dev.weft.engine;

import dev.weft.engine.op.GammaFunctions;
import dev.weft.engine.op.Special;
import java.util.function.DoubleBinaryOperator;

/**
 * Random counts, each from one uniform number u: u is spent on the probabilities of the mode, of
 * its neighbours above and below, and so on outwards, until none is left. Exact, in about as many
 * steps as the standard deviation has; from a variance of 10¹² on, a normal number is rounded.
 */
final class Counts {

  private static final double MANY = 1e12;

  private Counts() {}

  /** P(k) = λᵏ e^(−λ) / k!. */
  static double poisson(double u, double rate) {
    if (rate == 0 || rate > MANY) {
      return rate == 0 ? 0 : Math.max(0, Math.rint(rate + Math.sqrt(rate) * Special.ndtri(u)));
    }
    double mode = Math.floor(rate);
    double p = Math.exp(mode * Math.log(rate) - rate - GammaFunctions.lgamma(mode + 1));
    return outwards(u, mode, p, Double.POSITIVE_INFINITY, (k, q) -> q * rate / (k + 1));
  }

  /** P(k) = n! / (k! (n − k)!) pᵏ (1 − p)ⁿ⁻ᵏ. */
  static double binomial(double u, double n, double p) {
    if (p == 0 || p == 1 || n == 0) {
      return n * p;
    }
    if (n * p * (1 - p) > MANY) {
      double value = n * p + Math.sqrt(n * p * (1 - p)) * Special.ndtri(u);
      return Math.clamp(Math.rint(value), 0, n);
    }
    double mode = Math.min(n, Math.floor((n + 1) * p));
    double log =
        GammaFunctions.lgamma(n + 1)
            - GammaFunctions.lgamma(mode + 1)
            - GammaFunctions.lgamma(n - mode + 1)
            + mode * Math.log(p)
            + (n - mode) * Math.log1p(-p);
    double odds = p / (1 - p);
    return outwards(u, mode, Math.exp(log), n, (k, q) -> q * odds * (n - k) / (k + 1));
  }

  /**
   * @param next of k and P(k), P(k + 1)
   */
  private static double outwards(
      double u, double mode, double atMode, double largest, DoubleBinaryOperator next) {
    double left = u - atMode;
    double above = mode;
    double below = mode;
    double up = atMode;
    double down = atMode;
    while (left >= 0) {
      double before = left;
      if (above < largest) {
        up = next.applyAsDouble(above++, up);
        left -= up;
        if (left < 0) {
          return above;
        }
      }
      if (below > 0) {
        down /= next.applyAsDouble(--below, 1);
        left -= down;
        if (left < 0) {
          return below;
        }
      }
      if (left == before) { // rounding left a remainder that no count is probable enough for
        return mode;
      }
    }
    return mode;
  }
}
