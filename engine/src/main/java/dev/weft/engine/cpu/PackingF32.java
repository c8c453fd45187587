package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static dev.weft.engine.Native.INT;
import static dev.weft.engine.Native.LONG;

/**
 * Packs elements of 4 bytes, eight columns at a time: with a column per line of the cache, more of
 * them would push each other out where their distance is a power of two. Where the elements of a
 * column are adjacent, two are read, and two written, at once.
 */
final class PackingF32 implements Packing {

  private static final long LOW = 0xFFFF_FFFFL;

  @Override
  public void run(long from, long step, long fromRow, long to, long toRow, int count, long k) {
    long pairs = fromRow == Integer.BYTES ? k / 2 * 2 : 0;
    int i = 0;
    for (; i <= count - 8; i += 8) {
      long column = from + i * step;
      long target = to + 4L * i;
      pairs(column, step, target, toRow, pairs);
      eight(column + pairs * fromRow, step, fromRow, target + pairs * toRow, toRow, k - pairs);
    }
    for (; i < count; i++) {
      for (long p = 0; p < k; p++) {
        ALL.set(INT, to + 4L * i + p * toRow, ALL.get(INT, from + i * step + p * fromRow));
      }
    }
  }

  private static void pairs(long from, long step, long to, long toRow, long k) {
    for (long p = 0; p < k; p += 2) {
      long a = from + 4 * p;
      long b = to + p * toRow;
      square(a, step, b, toRow);
      square(a + 2 * step, step, b + 8, toRow);
      square(a + 4 * step, step, b + 16, toRow);
      square(a + 6 * step, step, b + 24, toRow);
    }
  }

  /** Two elements of two columns; memory is little-endian wherever the JVM has vectors. */
  private static void square(long from, long step, long to, long toRow) {
    long left = ALL.get(LONG, from);
    long right = ALL.get(LONG, from + step);
    ALL.set(LONG, to, left & LOW | right << 32);
    ALL.set(LONG, to + toRow, left >>> 32 | right & ~LOW);
  }

  private static void eight(long from, long step, long fromRow, long to, long toRow, long k) {
    for (long p = 0; p < k; p++) {
      long a = from + p * fromRow;
      long b = to + p * toRow;
      ALL.set(INT, b, ALL.get(INT, a));
      ALL.set(INT, b + 4, ALL.get(INT, a + step));
      ALL.set(INT, b + 8, ALL.get(INT, a + 2 * step));
      ALL.set(INT, b + 12, ALL.get(INT, a + 3 * step));
      ALL.set(INT, b + 16, ALL.get(INT, a + 4 * step));
      ALL.set(INT, b + 20, ALL.get(INT, a + 5 * step));
      ALL.set(INT, b + 24, ALL.get(INT, a + 6 * step));
      ALL.set(INT, b + 28, ALL.get(INT, a + 7 * step));
    }
  }
}
