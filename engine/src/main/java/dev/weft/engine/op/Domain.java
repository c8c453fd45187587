package dev.weft.engine.op;

/**
 * Where a function is sampled: between two bounds, away from kinks. Sample where the derivative is
 * alive: erf at 6 would accept any formula.
 */
public record Domain(double low, double high, java.util.List<Double> kinks) {

  /** How far samples stay from a kink; finite differences step 1e-6, half types need more room. */
  public static final double MARGIN = 0.05;

  /** −2 to 2. */
  public static Domain reals() {
    return within(-2, 2);
  }

  public static Domain within(double low, double high) {
    return new Domain(low, high, java.util.List.of());
  }

  /** This domain without the neighbourhoods of these points. */
  public Domain avoiding(Double... points) {
    return new Domain(low, high, java.util.List.of(points));
  }

  /** Maps u from [0, 1) into the domain. */
  public double at(double u) {
    double x = low + u * (high - low);
    for (double kink : kinks) {
      if (Math.abs(x - kink) < MARGIN) {
        x = kink + (x < kink ? -MARGIN : MARGIN);
      }
    }
    return x;
  }
}
