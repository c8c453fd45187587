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
    VectorMask<Number> tail = S.indexInRange(count - count % lanes, count);
    for (long i = 0; i < count; i += lanes) { // see UnaryLoop
      long at = i * bytes;
      boolean full = i <= count - lanes;
      Vector<Number> a = load(x + at, full, tail);
      Vector<Number> b = HAS_Y ? load(y + at, full, tail) : a;
      Vector<Number> c = HAS_Z ? load(z + at, full, tail) : a;
      Vector<Number> result = value(a, b, c, first, second, third);
      if (full) {
        Lanes.store(result, to + at);
      } else {
        Lanes.store(result, to + at, tail);
      }
    }
  }

  private static Vector<Number> load(long address, boolean full, VectorMask<Number> tail) {
    return full ? Lanes.load(S, address) : Lanes.load(S, address, tail);
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
