package dev.weft.engine.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The loop that picks elements of one width; copied per width, see {@link Stamp}. */
final class SelectLoop implements Loops.Select {

  @SuppressWarnings("unchecked") // Number stands for the element type, whichever it is
  private static final VectorSpecies<Number> S =
      Stamp.<VectorSpecies<Number>>data(
          MethodHandles.lookup(), (Class<VectorSpecies<Number>>) (Class<?>) VectorSpecies.class);

  @Override
  public void run(long condition, long x, long y, long z, long count) {
    int lanes = S.length();
    int bytes = S.elementSize() / 8;
    long i = 0;
    for (; i <= count - lanes; i += lanes) {
      long at = i * bytes;
      VectorMask<Number> picks = Lanes.loadBool(S, condition + i, lanes);
      Vector<Number> other = Lanes.load(S, y + at);
      Lanes.store(other.blend(Lanes.load(S, x + at), picks), z + at);
    }
    if (i < count) {
      VectorMask<Number> tail = S.indexInRange(i, count);
      long at = i * bytes;
      VectorMask<Number> picks = Lanes.loadBool(S, condition + i, (int) (count - i));
      Vector<Number> other = Lanes.load(S, y + at, tail);
      Lanes.store(other.blend(Lanes.load(S, x + at, tail), picks), z + at, tail);
    }
  }
}
