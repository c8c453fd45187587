package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import jdk.incubator.vector.VectorSpecies;

/**
 * Combines contiguous elements of float32 or float64 into one number. Element i goes to lane i mod
 * {@link #lanes}, and then halves of the lanes are combined until one is left: an order that every
 * register width can keep.
 */
@FunctionalInterface
interface Fold {

  /** What the lanes take up: four registers of 512 bits, enough to hide the latency of adding. */
  int LANE_BYTES = 256;

  /** How many partial results a fold keeps. */
  static int lanes(int elementBytes) {
    return LANE_BYTES / elementBytes;
  }

  /**
   * The result for {@code count} elements, exactly representable in the element type.
   *
   * @param y a second operand, for {@link Kind#DOT} only
   * @param p a parameter, for {@link Kind#DIFFERENCES} and {@link Kind#SQUARES} only
   */
  double run(long x, long y, double p, long count);

  /** Elements that are summed at a time. */
  long BLOCK = 1 << 13;

  /**
   * The sum of a row of any length: sums of blocks, added up in double. For kinds that are sums.
   *
   * @param bytes the size of an element
   */
  default double sum(long x, long y, double p, long count, int bytes) {
    double sum = 0;
    for (long i = 0; i < count; i += BLOCK) {
      sum += run(x + i * bytes, y + i * bytes, p, Math.min(BLOCK, count - i));
    }
    return sum;
  }

  /** What is combined, and how. */
  enum Kind {
    /** Σ x. */
    SUM(0),
    /** Σ (x − p). */
    DIFFERENCES(0),
    /** Σ (x − p)². */
    SQUARES(0),
    /** Σ x y. */
    DOT(0),
    /** The largest; NaN if there is one. */
    MAX(Double.NEGATIVE_INFINITY),
    /** The smallest; NaN if there is one. */
    MIN(Double.POSITIVE_INFINITY);

    private static final Table<Kind, Kernel<Fold>> F32 =
        new Table<>(Kind.class, kind -> kind.kernel(DType.FLOAT32, Lanes.F32));
    private static final Table<Kind, Kernel<Fold>> F64 =
        new Table<>(Kind.class, kind -> kind.kernel(DType.FLOAT64, Lanes.F64));

    /** The result for no elements. */
    final double identity;

    Kind(double identity) {
      this.identity = identity;
    }

    private Kernel<Fold> kernel(DType dtype, VectorSpecies<?> species) {
      return new Kernel<>(
          new PlainFold(this, dtype),
          () -> Stamp.<Fold>copyOf(FoldLoop.class, new FoldLoop.Data(this, species)),
          Exercises::fold);
    }

    /** The fold on float32 or float64, for {@code count} elements in all. */
    Fold on(DType dtype, long count) {
      return (dtype == DType.FLOAT64 ? F64 : F32).get(this).form(count);
    }
  }
}
