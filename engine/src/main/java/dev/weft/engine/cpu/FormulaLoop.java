package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
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
import jdk.incubator.vector.VectorSpecies;

/** The loop of a {@link Formula}, copied per kind and element type. */
final class FormulaLoop implements Formula {

  /** What a copy is made with. */
  record Data(Kind kind, VectorSpecies<?> species) {}

  private static final Data DATA = Stamp.data(MethodHandles.lookup(), Data.class);
  private static final Kind KIND = DATA.kind();

  @SuppressWarnings("unchecked") // Number stands for the element type, whichever it is
  private static final VectorSpecies<Number> S = (VectorSpecies<Number>) DATA.species();

  private static final boolean HAS_Y =
      switch (KIND) {
        case NORMAL_TIMES, NORMAL_TIMES_PLUS, NORMAL_GRAD, ADD_PRODUCT -> true;
        case EXP, SCALED_EXP, SHIFT, CLAMP, NORMAL, NORMAL_PLUS -> false;
      };
  private static final boolean HAS_Z =
      switch (KIND) {
        case NORMAL_PLUS, NORMAL_TIMES_PLUS, ADD_PRODUCT -> true;
        case EXP, SCALED_EXP, SHIFT, CLAMP, NORMAL, NORMAL_TIMES, NORMAL_GRAD -> false;
      };

  @Override
  public void run(long x, long y, long z, double p, double q, double r, long to, long count) {
    Vector<Number> first = Lanes.broadcast(S, p);
    Vector<Number> second = Lanes.broadcast(S, q);
    Vector<Number> third = Lanes.broadcast(S, r);
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      long at = i * bytes;
      Vector<Number> a = Lanes.load(S, x + at);
      Vector<Number> b = HAS_Y ? Lanes.load(S, y + at) : a;
      Vector<Number> c = HAS_Z ? Lanes.load(S, z + at) : a;
      value(a, b, c, first, second, third).intoMemorySegment(ALL, to + at, LITTLE_ENDIAN);
    }
    if (i < count) {
      long at = i * bytes;
      partial(x + at, y + at, z + at, p, q, r, to + at, (int) (count - i));
    }
  }

  /** The last register; by itself, because two bodies may be too long for one method. */
  private static void partial(
      long x, long y, long z, double p, double q, double r, long to, int count) {
    VectorMask<Number> lanes = S.indexInRange(0, count);
    Vector<Number> a = Lanes.load(S, x, lanes);
    Vector<Number> b = HAS_Y ? Lanes.load(S, y, lanes) : a;
    Vector<Number> c = HAS_Z ? Lanes.load(S, z, lanes) : a;
    Vector<Number> first = Lanes.broadcast(S, p);
    Vector<Number> second = Lanes.broadcast(S, q);
    Vector<Number> third = Lanes.broadcast(S, r);
    value(a, b, c, first, second, third).intoMemorySegment(ALL, to, LITTLE_ENDIAN, lanes);
  }

  /** Comparisons with a constant, of which one is left; a switch would read a table. */
  private static Vector<Number> value(
      Vector<Number> x,
      Vector<Number> y,
      Vector<Number> z,
      Vector<Number> p,
      Vector<Number> q,
      Vector<Number> r) {
    if (KIND == Kind.ADD_PRODUCT) {
      return z.lanewise(ADD, x.lanewise(MUL, y));
    }
    if (KIND == Kind.CLAMP) {
      return x.lanewise(MAX, p).lanewise(MIN, q);
    }
    Vector<Number> shifted = x.lanewise(SUB, p);
    if (KIND == Kind.EXP) {
      return exp(shifted);
    }
    if (KIND == Kind.SCALED_EXP) {
      return exp(shifted).lanewise(SUB, q).lanewise(MUL, r);
    }
    if (KIND == Kind.SHIFT) {
      return shifted.lanewise(SUB, q);
    }
    if (KIND == Kind.NORMAL_GRAD) {
      return shifted.lanewise(SUB, y.lanewise(MUL, q)).lanewise(MUL, r);
    }
    Vector<Number> normal = shifted.lanewise(MUL, q);
    Vector<Number> scaled = HAS_Y ? normal.lanewise(MUL, y) : normal;
    return HAS_Z ? scaled.lanewise(ADD, z) : scaled;
  }

  @SuppressWarnings("unchecked") // the types are those of the species
  private static Vector<Number> exp(Vector<Number> x) {
    return (Vector<Number>)
        ((Class<?>) S.elementType() == float.class
            ? (Vector<?>) FloatVectorMath.exp((FloatVector) (Vector<?>) x)
            : (Vector<?>) DoubleMath.exp((DoubleVector) (Vector<?>) x));
  }
}
