package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.engine.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The loop of {@link ExpSum} on float32 in registers of 512 bits. Sums change places in each turn,
 * so that every fourth register goes to the same one although exp is written out but once.
 */
final class ExpSumLoop implements ExpSum {

  /** Adds up the four registers of sums. */
  private static final Fold SUM = Stamp.data(MethodHandles.lookup(), Fold.class);

  private static final int LANES = Fold.lanes(Float.BYTES);
  private static final int REGISTER = LANES / 4;

  /** Room for the last elements, and for the sums. */
  private static final ThreadLocal<MemorySegment> ROOM =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Fold.LANE_BYTES, 64));

  @Override
  public double run(long x, double p, long y, long count) {
    FloatVector shift = FloatVector.broadcast(Lanes.F32, (float) p);
    FloatVector a = FloatVector.zero(Lanes.F32);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    long room = ROOM.get().address();
    long from = x;
    long to = y;
    long whole = count - count % LANES;
    long i = 0;
    for (long end = whole; ; end += LANES) {
      for (; i < end; i += REGISTER) {
        FloatVector values =
            FloatVector.fromMemorySegment(Lanes.F32, ALL, from + 4 * i, LITTLE_ENDIAN);
        FloatVector e = FloatVectorMath.exp(values.sub(shift));
        e.intoMemorySegment(ALL, to + 4 * i, LITTLE_ENDIAN);
        FloatVector sum = a.add(e);
        a = b;
        b = c;
        c = d;
        d = sum;
      }
      if (end >= count) {
        break;
      }
      fill(room, x + 4 * end, count - end);
      from = room - 4 * end;
      to = from;
    }
    if (whole < count) {
      MemorySegment.copy(ALL, room, ALL, y + 4 * whole, 4 * (count - whole));
    }
    a.intoMemorySegment(ALL, room, LITTLE_ENDIAN);
    b.intoMemorySegment(ALL, room + 4 * REGISTER, LITTLE_ENDIAN);
    c.intoMemorySegment(ALL, room + 8 * REGISTER, LITTLE_ENDIAN);
    d.intoMemorySegment(ALL, room + 12 * REGISTER, LITTLE_ENDIAN);
    return SUM.run(room, 0, 0, LANES);
  }

  /** Copies the last elements, and for the other lanes what has the exponential 0. */
  private static void fill(long to, long from, long count) {
    for (long i = count; i < LANES; i++) {
      ALL.set(Native.FLOAT, to + 4 * i, Float.NEGATIVE_INFINITY);
    }
    MemorySegment.copy(ALL, from, ALL, to, 4 * count);
  }
}
