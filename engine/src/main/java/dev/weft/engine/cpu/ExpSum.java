package dev.weft.engine.cpu;

import dev.weft.engine.DType;

/** y = exp(x − p) for contiguous elements, and Σ y: what softmax needs, in one pass. */
@FunctionalInterface
interface ExpSum {

  /**
   * @param y may be x
   * @param count at most {@link Fold#BLOCK}
   * @return the sum, in the order of a {@link Fold}
   */
  double run(long x, double p, long y, long count);

  /** The loop on float32, of which the vector form has a register for a quarter of the lanes. */
  Kernel<ExpSum> F32 =
      new Kernel<>(
          inTurn(
              new PlainFormula(Formula.Kind.EXP, DType.FLOAT32),
              new PlainFold(Fold.Kind.SUM, DType.FLOAT32)),
          ExpSum::vector,
          loop -> loop.run(Exercises.X, 0, Exercises.Y, Exercises.COUNT));

  private static ExpSum vector() {
    Fold sum = Fold.Kind.SUM.vector();
    return Lanes.F32.vectorByteSize() == Fold.LANE_BYTES / 4
        ? Stamp.<ExpSum>copyOf(ExpSumLoop.class, sum)
        : inTurn(Formula.Kind.EXP.vector(), sum);
  }

  private static ExpSum inTurn(Formula exp, Fold sum) {
    return (x, p, y, count) -> {
      exp.run(x, p, 0, 0, y, count);
      return sum.run(y, 0, 0, count);
    };
  }

  /** The loop on float32 or float64, for {@code count} elements in all. */
  static ExpSum on(DType dtype, long count) {
    return dtype == DType.FLOAT32
        ? F32.form(count)
        : inTurn(Formula.Kind.EXP.on(dtype, count), Fold.Kind.SUM.on(dtype, count));
  }
}
