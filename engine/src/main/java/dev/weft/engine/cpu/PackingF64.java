package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static dev.weft.engine.Native.LONG;

/**
 * Packs elements of 8 bytes, eight columns at a time: with a column per line of the cache, more of
 * them would push each other out where their distance is a power of two.
 */
final class PackingF64 implements Packing {

  @Override
  public void run(long from, long step, long fromRow, long to, long toRow, int count, long k) {
    int i = 0;
    for (; i <= count - 8; i += 8) {
      eight(from + i * step, step, fromRow, to + 8L * i, toRow, k);
    }
    for (; i < count; i++) {
      for (long p = 0; p < k; p++) {
        ALL.set(LONG, to + 8L * i + p * toRow, ALL.get(LONG, from + i * step + p * fromRow));
      }
    }
  }

  private static void eight(long from, long step, long fromRow, long to, long toRow, long k) {
    for (long p = 0; p < k; p++) {
      long a = from + p * fromRow;
      long b = to + p * toRow;
      ALL.set(LONG, b, ALL.get(LONG, a));
      ALL.set(LONG, b + 8, ALL.get(LONG, a + step));
      ALL.set(LONG, b + 16, ALL.get(LONG, a + 2 * step));
      ALL.set(LONG, b + 24, ALL.get(LONG, a + 3 * step));
      ALL.set(LONG, b + 32, ALL.get(LONG, a + 4 * step));
      ALL.set(LONG, b + 40, ALL.get(LONG, a + 5 * step));
      ALL.set(LONG, b + 48, ALL.get(LONG, a + 6 * step));
      ALL.set(LONG, b + 56, ALL.get(LONG, a + 7 * step));
    }
  }
}
