package dev.weft.engine.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The loop every unary op gets its own copy of, per element type; see {@link Stamp}. */
final class UnaryLoop implements Loops.Unary {

  /** One register in, one out. */
  interface Body<E> {
    Vector<E> at(Vector<E> x);
  }

  /** What a copy is made with. */
  record Data(Body<?> body, VectorSpecies<?> species) {}

  private static final Data DATA = Stamp.data(MethodHandles.lookup(), Data.class);

  @SuppressWarnings("unchecked") // Number stands for the element type, whichever it is
  private static final Body<Number> BODY = (Body<Number>) DATA.body();

  @SuppressWarnings("unchecked")
  private static final VectorSpecies<Number> S = (VectorSpecies<Number>) DATA.species();

  @Override
  public void run(long x, long y, long count) {
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      Lanes.store(BODY.at(Lanes.load(S, x + i * bytes)), y + i * bytes);
    }
    if (i < count) { // the last, partial register
      VectorMask<Number> tail = S.indexInRange(i, count);
      Lanes.store(BODY.at(Lanes.load(S, x + i * bytes, tail)), y + i * bytes, tail);
    }
  }
}
