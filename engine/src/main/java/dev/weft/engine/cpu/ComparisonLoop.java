package dev.weft.engine.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The loops every comparison gets its own copy of, per element type; results are bool. */
final class ComparisonLoop implements Loops.Binary {

  /** Two registers in, a mask out. */
  interface Body<E> {
    VectorMask<E> at(Vector<E> x, Vector<E> y);
  }

  /** What a copy is made with. */
  record Data(Body<?> body, VectorSpecies<?> species) {}

  private static final Data DATA = Stamp.data(MethodHandles.lookup(), Data.class);

  @SuppressWarnings("unchecked") // Number stands for the element type, whichever it is
  private static final Body<Number> BODY = (Body<Number>) DATA.body();

  @SuppressWarnings("unchecked")
  private static final VectorSpecies<Number> S = (VectorSpecies<Number>) DATA.species();

  @Override
  public void run(long x, long y, long z, long count) {
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      long at = i * bytes;
      Lanes.storeBool(BODY.at(Lanes.load(S, x + at), Lanes.load(S, y + at)), z + i, lanes);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      long at = i * bytes;
      Lanes.storeBool(
          BODY.at(Lanes.load(S, x + at, tail), Lanes.load(S, y + at, tail)),
          z + i,
          (int) (count - i));
    }
  }

  @Override
  public void right(long x, double y, long z, long count) {
    Vector<Number> number = Lanes.broadcast(S, y);
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      Lanes.storeBool(BODY.at(Lanes.load(S, x + i * bytes), number), z + i, lanes);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      Lanes.storeBool(
          BODY.at(Lanes.load(S, x + i * bytes, tail), number), z + i, (int) (count - i));
    }
  }

  @Override
  public void left(double x, long y, long z, long count) {
    Vector<Number> number = Lanes.broadcast(S, x);
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      Lanes.storeBool(BODY.at(number, Lanes.load(S, y + i * bytes)), z + i, lanes);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      Lanes.storeBool(
          BODY.at(number, Lanes.load(S, y + i * bytes, tail)), z + i, (int) (count - i));
    }
  }
}
