package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static dev.weft.engine.Native.INT;

/**
 * Packs elements of 4 bytes, eight columns at a time: with a column per line of the cache, more of
 * them would push each other out where their distance is a power of two.
 */
final class PackingF32 implements Packing {

  @Override
  public void run(long from, long step, long fromRow, long to, long toRow, int count, long k) {
    int i = 0;
    for (; i <= count - 8; i += 8) {
      eight(from + i * step, step, fromRow, to + 4L * i, toRow, k);
    }
    for (; i < count; i++) {
      for (long p = 0; p < k; p++) {
        ALL.set(INT, to + 4L * i + p * toRow, ALL.get(INT, from + i * step + p * fromRow));
      }
    }
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
