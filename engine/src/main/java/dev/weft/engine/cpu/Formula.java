package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import jdk.incubator.vector.VectorSpecies;

/** An elementwise formula of up to three rows x, y, z and three numbers p, q, r. */
@FunctionalInterface
interface Formula {

  /**
   * Computes {@code count} contiguous elements of float32 or float64 at {@code to}, which may be
   * one of the rows. A row that the formula does not mention is not read.
   */
  void run(long x, long y, long z, double p, double q, double r, long to, long count);

  /** A formula of one row. */
  default void run(long x, double p, double q, double r, long to, long count) {
    run(x, 0, 0, p, q, r, to, count);
  }

  /** The formulas, with one rounding per operation. */
  enum Kind {
    /** exp(x − p). */
    EXP,
    /** (exp(x − p) − q) r. */
    SCALED_EXP,
    /** x − p − q: two differences, of which the first loses nothing where x is near p. */
    SHIFT,
    /** min(max(x, p), q). */
    CLAMP,
    /** (x − p) q. */
    NORMAL,
    /** (x − p) q y. */
    NORMAL_TIMES,
    /** (x − p) q + z. */
    NORMAL_PLUS,
    /** (x − p) q y + z. */
    NORMAL_TIMES_PLUS,
    /** (x − p − y q) r. */
    NORMAL_GRAD,
    /** z + x y. */
    ADD_PRODUCT;

    private static final Table<Kind, Kernel<Formula>> F32 =
        new Table<>(Kind.class, kind -> kind.kernel(DType.FLOAT32, Lanes.F32));
    private static final Table<Kind, Kernel<Formula>> F64 =
        new Table<>(
            Kind.class,
            kind ->
                kind.isExact()
                    ? kind.kernel(DType.FLOAT64, Lanes.F64)
                    : Kernel.vectorOnly(() -> kind.stamp(Lanes.F64)));

    private Kernel<Formula> kernel(DType dtype, VectorSpecies<?> species) {
      return new Kernel<>(new PlainFormula(this, dtype), () -> stamp(species), Exercises::formula);
    }

    private Formula stamp(VectorSpecies<?> species) {
      return Stamp.<Formula>copyOf(FormulaLoop.class, new FormulaLoop.Data(this, species));
    }

    /** Whether IEEE 754 defines the result to the last bit. */
    private boolean isExact() {
      return this != EXP && this != SCALED_EXP;
    }

    /** The formula on float32 or float64, for {@code count} elements in all. */
    Formula on(DType dtype, long count) {
      return (dtype == DType.FLOAT64 ? F64 : F32).get(this).form(count);
    }
  }
}
