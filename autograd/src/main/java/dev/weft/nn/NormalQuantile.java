package dev.weft.nn;

import dev.weft.engine.op.Special;

/** The inverse of the normal distribution's function Φ, restricted to an interval. */
final class NormalQuantile {

  private NormalQuantile() {}

  /** The x from a to b below which the share u of the probability between them lies. */
  static double between(double a, double b, double u) {
    if (a > 0) { // Φ loses its digits near 1; on the other side it has all of them
      return -between(-b, -a, 1 - u);
    }
    double low = phi(a);
    double target = low + u * (phi(b) - low);
    return Math.clamp(inverse(target, Math.max(a, -40), Math.min(b, 40)), a, b);
  }

  /** Newton's method, with a bisection where a step would leave the bracket. */
  private static double inverse(double target, double from, double to) {
    double low = from;
    double high = to;
    double x = Math.clamp(0, low, high);
    for (int i = 0; i < 200; i++) { // bisections alone would need about 60
      double error = phi(x) - target;
      if (error > 0) {
        high = x;
      } else {
        low = x;
      }
      double step = error / (Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI));
      double next = x - step;
      if (!(next > low && next < high)) {
        next = (low + high) / 2;
      }
      if (Math.abs(next - x) <= 1e-14 * Math.max(1, Math.abs(x))) {
        return next;
      }
      x = next;
    }
    return x;
  }

  private static double phi(double x) {
    // erfc of a positive argument is accurate in the tail.
    return x < 0 ? Special.erfc(-x / Math.sqrt(2)) / 2 : 1 - Special.erfc(x / Math.sqrt(2)) / 2;
  }
}
