package dev.weft.engine.cpu;

import dev.weft.engine.DType;

/**
 * The sum of exponentials of a row of float32 or float64, shifted by the largest element so that
 * nothing overflows.
 */
final class Exponentials {

  private final DType dtype;
  private final Fold max;
  private final Formula exp;
  private final Fold sum;

  /** For rows of {@code elements} elements together. */
  Exponentials(DType dtype, long elements) {
    this.dtype = dtype;
    this.max = Fold.Kind.MAX.on(dtype, elements);
    this.exp = Formula.Kind.EXP.on(dtype, elements);
    this.sum = Fold.Kind.SUM.on(dtype, elements);
  }

  /** Room for {@link #sum} over rows of {@code count} elements. */
  Temp room(long count) {
    return Temp.of(Math.min(count, Fold.BLOCK) * dtype.bytes());
  }

  double max(long x, long count) {
    return max.run(x, 0, 0, count);
  }

  /** Σ exp(x − max). */
  double sum(long x, double max, long count, Temp room) {
    return run(x, max, room.address(), 0, count);
  }

  /** y = exp(x − max); the result is its sum. */
  double store(long x, double max, long y, long count) {
    return run(x, max, y, 1, count);
  }

  /**
   * Block by block, and each in two loops: in a loop that does both, C2 keeps the sums in memory.
   */
  private double run(long x, double max, long y, long step, long count) {
    double total = 0;
    for (long i = 0; i < count; i += Fold.BLOCK) {
      long at = i * dtype.bytes();
      long to = y + step * at;
      long n = Math.min(Fold.BLOCK, count - i);
      exp.run(x + at, max, 0, 0, to, n);
      total += sum.run(to, 0, 0, n);
    }
    return total;
  }

  /**
   * The logarithm of a sum. Of {@code StrictMath}, because that of {@code Math} may change its last
   * bit once C2 has compiled the caller.
   */
  static double log(double sum) {
    return StrictMath.log(sum);
  }
}
