package dev.weft.engine.op;

import java.util.List;

/**
 * Where a function is sampled: between two bounds, away from kinks. Sample where the derivative is
 * alive: erf at 6 would accept any formula.
 *
 * @param low the lower bound of floating samples
 * @param high their upper bound
 * @param kinks points that floating samples keep away from
 * @param least the smallest integer sample
 * @param most the largest
 */
public record Domain(double low, double high, List<Double> kinks, long least, long most) {

  /** How far samples stay from a kink; finite differences step 1e-6, half types need more room. */
  public static final double MARGIN = 0.05;

  /** −2 to 2; integers from −9 to 9. */
  public static Domain reals() {
    return within(-2, 2);
  }

  /** Between two bounds; integers from −9 to 9. */
  public static Domain within(double low, double high) {
    return new Domain(low, high, List.of(), -9, 9);
  }

  /** This domain without the neighbourhoods of these points. */
  public Domain avoiding(Double... points) {
    return new Domain(low, high, List.of(points), least, most);
  }

  /** This domain with other bounds for integer dtypes, both included. */
  public Domain integers(long from, long to) {
    return new Domain(low, high, kinks, from, to);
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

  /** Maps u from [0, 1) to an integer of the domain. */
  public long integerAt(double u) {
    return least + (long) (u * (most - least + 1));
  }
}
