package dev.weft.engine.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The loops every binary op gets its own copy of, per element type; see {@link Stamp}. */
final class BinaryLoop implements Loops.Binary {

  /** Two registers in, one out. */
  interface Body<E> {
    Vector<E> at(Vector<E> x, Vector<E> y);
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
      Lanes.store(BODY.at(Lanes.load(S, x + at), Lanes.load(S, y + at)), z + at);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      long at = i * bytes;
      Lanes.store(BODY.at(Lanes.load(S, x + at, tail), Lanes.load(S, y + at, tail)), z + at, tail);
    }
  }

  @Override
  public void right(long x, double y, long z, long count) {
    Vector<Number> number = Lanes.broadcast(S, y);
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      Lanes.store(BODY.at(Lanes.load(S, x + i * bytes), number), z + i * bytes);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      Lanes.store(BODY.at(Lanes.load(S, x + i * bytes, tail), number), z + i * bytes, tail);
    }
  }

  @Override
  public void left(double x, long y, long z, long count) {
    Vector<Number> number = Lanes.broadcast(S, x);
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      Lanes.store(BODY.at(number, Lanes.load(S, y + i * bytes)), z + i * bytes);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      Lanes.store(BODY.at(number, Lanes.load(S, y + i * bytes, tail)), z + i * bytes, tail);
    }
  }
}
