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
      Lanes.store(value(a, b, c, first, second, third), to + at);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      long at = i * bytes;
      Vector<Number> a = Lanes.load(S, x + at, tail);
      Vector<Number> b = HAS_Y ? Lanes.load(S, y + at, tail) : a;
      Vector<Number> c = HAS_Z ? Lanes.load(S, z + at, tail) : a;
      Lanes.store(value(a, b, c, first, second, third), to + at, tail);
    }
  }

  private static Vector<Number> value(
      Vector<Number> x,
      Vector<Number> y,
      Vector<Number> z,
      Vector<Number> p,
      Vector<Number> q,
      Vector<Number> r) {
    return switch (KIND) {
      case EXP -> exp(x.lanewise(SUB, p));
      case SCALED_EXP -> exp(x.lanewise(SUB, p)).lanewise(SUB, q).lanewise(MUL, r);
      case SHIFT -> x.lanewise(SUB, p).lanewise(SUB, q);
      case CLAMP -> x.lanewise(MAX, p).lanewise(MIN, q);
      case NORMAL -> x.lanewise(SUB, p).lanewise(MUL, q);
      case NORMAL_TIMES -> x.lanewise(SUB, p).lanewise(MUL, q).lanewise(MUL, y);
      case NORMAL_PLUS -> x.lanewise(SUB, p).lanewise(MUL, q).lanewise(ADD, z);
      case NORMAL_TIMES_PLUS ->
          x.lanewise(SUB, p).lanewise(MUL, q).lanewise(MUL, y).lanewise(ADD, z);
      case NORMAL_GRAD -> x.lanewise(SUB, p).lanewise(SUB, y.lanewise(MUL, q)).lanewise(MUL, r);
      case ADD_PRODUCT -> z.lanewise(ADD, x.lanewise(MUL, y));
    };
  }

  @SuppressWarnings("unchecked") // the types are those of the species
  private static Vector<Number> exp(Vector<Number> x) {
    return (Vector<Number>)
        ((Class<?>) S.elementType() == float.class
            ? (Vector<?>) FloatVectorMath.exp((FloatVector) (Vector<?>) x)
            : (Vector<?>) DoubleMath.exp((DoubleVector) (Vector<?>) x));
  }
}
