package dev.weft.engine.cpu;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loop of a {@link Fold}, copied per kind and element type.
 *
 * <p>Registers of 512 bits make one pass with four accumulators. Narrower ones make two or four
 * passes, each over every second or fourth register of the lanes, so that the halving of the lanes
 * begins inside a pass.
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
  private static final VectorShuffle<Number> UPPER_8 = upper(8);
  private static final VectorShuffle<Number> UPPER_4 = upper(4);
  private static final VectorShuffle<Number> UPPER_2 = upper(2);
  private static final VectorShuffle<Number> UPPER_1 = upper(1);

  /** Brings lanes {@code half} to 2 · half to the front. */
  private static VectorShuffle<Number> upper(int half) {
    return VectorShuffle.fromOp(S, i -> (i + half) % S.length());
  }

  @Override
  public double run(long x, long y, double p, long count) {
    Vector<Number> parameter = Lanes.broadcast(S, p);
    Vector<Number> sum = pass(0, x, y, parameter, count);
    if (PASSES == 2) {
      sum = combine(sum, pass(1, x, y, parameter, count));
    } else if (PASSES == 4) {
      sum = combine(sum, pass(2, x, y, parameter, count));
      sum = combine(sum, combine(pass(1, x, y, parameter, count), pass(3, x, y, parameter, count)));
    }
    if (S.length() > 8) {
      sum = combine(sum, sum.rearrange(UPPER_8));
    }
    if (S.length() > 4) {
      sum = combine(sum, sum.rearrange(UPPER_4));
    }
    if (S.length() > 2) {
      sum = combine(sum, sum.rearrange(UPPER_2));
    }
    sum = combine(sum, sum.rearrange(UPPER_1));
    return (Class<?>) S.elementType() == float.class
        ? ((FloatVector) (Vector<?>) sum).lane(0)
        : ((DoubleVector) (Vector<?>) sum).lane(0);
  }

  private static Vector<Number> pass(
      int pass, long x, long y, Vector<Number> parameter, long count) {
    int bytes = S.elementSize() / 8;
    int lanes = S.length();
    int step = PASSES * lanes;
    Vector<Number> a = Lanes.broadcast(S, KIND.identity);
    Vector<Number> b = a;
    Vector<Number> c = a;
    Vector<Number> d = a;
    long i = (long) pass * lanes;
    long end = count - count % LANES;
    for (; i < end; i += LANES) {
      a = add(a, x, y, i * bytes, parameter);
      b = add(b, x, y, (i + step) * bytes, parameter);
      c = add(c, x, y, (i + 2 * step) * bytes, parameter);
      d = add(d, x, y, (i + 3 * step) * bytes, parameter);
    }
    if (i < count) {
      a = add(a, x, y, i, count, parameter);
    }
    if (i + step < count) {
      b = add(b, x, y, i + step, count, parameter);
    }
    if (i + 2 * step < count) {
      c = add(c, x, y, i + 2 * step, count, parameter);
    }
    if (i + 3 * step < count) {
      d = add(d, x, y, i + 3 * step, count, parameter);
    }
    return combine(combine(a, c), combine(b, d));
  }

  private static Vector<Number> add(
      Vector<Number> sum, long x, long y, long at, Vector<Number> parameter) {
    Vector<Number> v = Lanes.load(S, x + at);
    return combine(sum, term(v, KIND == Kind.DOT ? Lanes.load(S, y + at) : v, parameter));
  }

  /** The register that begins at element {@code i}, as far as there are elements. */
  private static Vector<Number> add(
      Vector<Number> sum, long x, long y, long i, long count, Vector<Number> parameter) {
    VectorMask<Number> tail = S.indexInRange(i, count);
    long at = i * (S.elementSize() / 8);
    Vector<Number> v = Lanes.load(S, x + at, tail);
    Vector<Number> w = KIND == Kind.DOT ? Lanes.load(S, y + at, tail) : v;
    return sum.blend(combine(sum, term(v, w, parameter)), tail);
  }

  // Comparisons with a constant, of which one is left; a switch would read a table.

  private static Vector<Number> term(Vector<Number> x, Vector<Number> y, Vector<Number> parameter) {
    if (KIND == Kind.DOT) {
      return x.lanewise(MUL, y);
    }
    if (KIND == Kind.SUM || KIND == Kind.MAX || KIND == Kind.MIN) {
      return x;
    }
    Vector<Number> difference = x.lanewise(SUB, parameter);
    return KIND == Kind.SQUARES ? difference.lanewise(MUL, difference) : difference;
  }

  private static Vector<Number> combine(Vector<Number> a, Vector<Number> b) {
    if (KIND == Kind.MAX) {
      return a.lanewise(MAX, b);
    }
    return KIND == Kind.MIN ? a.lanewise(MIN, b) : a.lanewise(ADD, b);
  }
}
