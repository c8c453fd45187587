package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

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
      // Long bodies use up what C2 inlines of ours, so the last step is the API's own.
      BODY.at(Lanes.load(S, x + i * bytes)).intoMemorySegment(ALL, y + i * bytes, LITTLE_ENDIAN);
    }
    if (i < count) {
      partial(x + i * bytes, y + i * bytes, (int) (count - i));
    }
  }

  /** The last register; by itself, because two bodies may be too long for one method. */
  private static void partial(long x, long y, int count) {
    VectorMask<Number> lanes = S.indexInRange(0, count);
    BODY.at(Lanes.load(S, x, lanes)).intoMemorySegment(ALL, y, LITTLE_ENDIAN, lanes);
  }
}
