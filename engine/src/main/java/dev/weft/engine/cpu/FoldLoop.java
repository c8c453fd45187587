package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators.Associative;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loop of a {@link Fold}, copied per kind and element type.
 *
 * <p>Registers of 512 bits make one pass with four accumulators. Narrower ones make two or four
 * passes, each over every second or fourth register of the lanes, so that lanes which are halved
 * first are in one pass.
 */
final class FoldLoop implements Fold {

  /** What a copy is made with. */
  record Data(Kind kind, VectorSpecies<?> species) {}

  private static final Data DATA = Stamp.data(MethodHandles.lookup(), Data.class);
  private static final Kind KIND = DATA.kind();

  @SuppressWarnings("unchecked") // Number stands for the element type, whichever it is
  private static final VectorSpecies<Number> S = (VectorSpecies<Number>) DATA.species();

  private static final int LANES = Fold.lanes(S.elementSize() / 8);
  private static final int PASSES = LANES / 4 / S.length();

  /** Bytes between the registers of a pass. */
  private static final long STEP = (long) PASSES * S.length() * (S.elementSize() / 8);

  private static final VectorShuffle<Number> UPPER_8 = upper(8);
  private static final VectorShuffle<Number> UPPER_4 = upper(4);
  private static final VectorShuffle<Number> UPPER_2 = upper(2);
  private static final VectorShuffle<Number> UPPER_1 = upper(1);

  // Constants, so that C2 sees one op; a switch over kinds would read a table.
  private static final boolean DIFFERENCES = KIND == Kind.DIFFERENCES || KIND == Kind.SQUARES;
  private static final boolean PRODUCTS = KIND == Kind.DOT;
  private static final boolean SQUARES = KIND == Kind.SQUARES;
  private static final Associative COMBINE = KIND == Kind.MAX ? MAX : KIND == Kind.MIN ? MIN : ADD;

  private static final DType DTYPE =
      (Class<?>) S.elementType() == float.class ? DType.FLOAT32 : DType.FLOAT64;

  /** Room for all lanes. */
  private static final ThreadLocal<MemorySegment> SUMS =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LANE_BYTES, 64));

  /** Brings lanes {@code half} to 2 · half to the front. */
  private static VectorShuffle<Number> upper(int half) {
    return VectorShuffle.fromOp(S, i -> (i + half) % S.length());
  }

  @Override
  public double run(long x, long y, double p, long count) {
    long sums = SUMS.get().address();
    long end = count - count % LANES;
    for (int pass = 0; pass < PASSES; pass++) {
      pass(pass, sums, x, y, p, end);
    }
    if (end < count) {
      int bytes = S.elementSize() / 8;
      rest(sums, x + end * bytes, y + end * bytes, p, (int) (count - end));
    }
    Vector<Number> sum = quarter(0, sums);
    if (PASSES == 2) {
      sum = sum.lanewise(COMBINE, quarter(1, sums));
    } else if (PASSES == 4) {
      Vector<Number> odd = quarter(1, sums).lanewise(COMBINE, quarter(3, sums));
      sum = sum.lanewise(COMBINE, quarter(2, sums)).lanewise(COMBINE, odd);
    }
    if (S.length() > 8) {
      sum = sum.lanewise(COMBINE, sum.rearrange(UPPER_8));
    }
    if (S.length() > 4) {
      sum = sum.lanewise(COMBINE, sum.rearrange(UPPER_4));
    }
    if (S.length() > 2) {
      sum = sum.lanewise(COMBINE, sum.rearrange(UPPER_2));
    }
    sum = sum.lanewise(COMBINE, sum.rearrange(UPPER_1));
    return (Class<?>) S.elementType() == float.class
        ? ((FloatVector) (Vector<?>) sum).lane(0)
        : ((DoubleVector) (Vector<?>) sum).lane(0);
  }

  private static long place(int pass, long sums) {
    return sums + (long) pass * S.length() * (S.elementSize() / 8);
  }

  /** Leaves its lanes in memory: a register that a method returns becomes an object. */
  private static void pass(int pass, long sums, long x, long y, double p, long end) {
    Vector<Number> parameter = Lanes.broadcast(S, p);
    Vector<Number> a = Lanes.broadcast(S, KIND.identity);
    Vector<Number> b = a;
    Vector<Number> c = a;
    Vector<Number> d = a;
    int bytes = S.elementSize() / 8;
    for (long i = (long) pass * S.length(); i < end; i += LANES) {
      long at = i * bytes;
      a = add(a, x + at, y + at, parameter);
      b = add(b, x + at + STEP, y + at + STEP, parameter);
      c = add(c, x + at + 2 * STEP, y + at + 2 * STEP, parameter);
      d = add(d, x + at + 3 * STEP, y + at + 3 * STEP, parameter);
    }
    long to = place(pass, sums);
    a.intoMemorySegment(ALL, to, LITTLE_ENDIAN);
    b.intoMemorySegment(ALL, to + STEP, LITTLE_ENDIAN);
    c.intoMemorySegment(ALL, to + 2 * STEP, LITTLE_ENDIAN);
    d.intoMemorySegment(ALL, to + 3 * STEP, LITTLE_ENDIAN);
  }

  /** The lanes of a pass, halved twice. */
  private static Vector<Number> quarter(int pass, long sums) {
    long at = place(pass, sums);
    Vector<Number> even = Lanes.load(S, at).lanewise(COMBINE, Lanes.load(S, at + 2 * STEP));
    Vector<Number> odd = Lanes.load(S, at + STEP).lanewise(COMBINE, Lanes.load(S, at + 3 * STEP));
    return even.lanewise(COMBINE, odd);
  }

  private static Vector<Number> add(Vector<Number> sum, long x, long y, Vector<Number> parameter) {
    Vector<Number> term = Lanes.load(S, x);
    if (PRODUCTS) {
      term = term.lanewise(MUL, Lanes.load(S, y));
    }
    if (DIFFERENCES) {
      term = term.lanewise(SUB, parameter);
    }
    return sum.lanewise(COMBINE, SQUARES ? term.lanewise(MUL, term) : term);
  }

  /**
   * Combines the last elements, one each, with the first lanes. Without registers: a second way
   * through them would be too much for C2 to inline.
   */
  private static void rest(long sums, long x, long y, double p, int count) {
    double shift = round(p);
    for (int i = 0; i < count; i++) {
      double term = Native.getDouble(DTYPE, x, i);
      if (PRODUCTS) {
        term = round(term * Native.getDouble(DTYPE, y, i));
      }
      if (DIFFERENCES) {
        term = round(term - shift);
      }
      if (SQUARES) {
        term = round(term * term);
      }
      Native.setDouble(DTYPE, sums, i, combine(Native.getDouble(DTYPE, sums, i), term));
    }
  }

  private static double combine(double a, double b) {
    return KIND == Kind.MAX ? Math.max(a, b) : KIND == Kind.MIN ? Math.min(a, b) : round(a + b);
  }

  private static double round(double value) {
    return DTYPE == DType.FLOAT32 ? (float) value : value;
  }
}
