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
    VectorMask<Number> tail = S.indexInRange(count - count % lanes, count);
    // The body stands here once: twice, it would be more than C2 inlines (see FloatVectorMath), and
    // the last, partial register took longer than all others together.
    for (long i = 0; i < count; i += lanes) {
      boolean full = i <= count - lanes;
      Vector<Number> v = full ? Lanes.load(S, x + i * bytes) : Lanes.load(S, x + i * bytes, tail);
      Vector<Number> result = BODY.at(v);
      if (full) {
        Lanes.store(result, y + i * bytes);
      } else {
        Lanes.store(result, y + i * bytes, tail);
      }
    }
  }
}
