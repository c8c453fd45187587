package dev.weft.engine.cpu;

import dev.weft.engine.Philox;
import java.util.Arrays;

/**
 * Stretches of a {@link Philox} stream, with its bits. A block holds the words of four neighbours,
 * so it is computed once for all of them, and many blocks side by side: the inner loops are made
 * for C2, which turns them into vector instructions.
 */
final class RandomWords {

  private static final long LOW = 0xFFFFFFFFL;

  private RandomWords() {}

  /** Words {@code first} to {@code first + count − 1} of a plane. */
  static int[] of(long seed, long first, int plane, int count) {
    int skipped = (int) first & 3;
    int blocks = Math.ceilDiv(skipped + count, 4);
    int[] words = blocks(seed, first >>> 2, plane, blocks);
    return skipped == 0 && words.length == count
        ? words
        : Arrays.copyOfRange(words, skipped, skipped + count);
  }

  private static int[] blocks(long seed, long first, int plane, int count) {
    long[] c0 = new long[count]; // 32 bits each, in registers wide enough for their products
    long[] c1 = new long[count];
    long[] c2 = new long[count];
    long[] c3 = new long[count];
    for (int i = 0; i < count; i++) {
      long counter = first + i & -1L >>> 2;
      c0[i] = counter & LOW;
      c1[i] = counter >>> 32;
      c2[i] = plane;
    }
    long k0 = seed & LOW;
    long k1 = seed >>> 32;
    for (int round = 0; round < Philox.ROUNDS; round++) {
      round(c0, c1, c2, c3, k0, k1, count);
      k0 = k0 + Philox.WEYL_0 & LOW;
      k1 = k1 + Philox.WEYL_1 & LOW;
    }
    int[] words = new int[4 * count];
    for (int i = 0; i < count; i++) {
      words[4 * i] = (int) c0[i];
      words[4 * i + 1] = (int) c1[i];
      words[4 * i + 2] = (int) c2[i];
      words[4 * i + 3] = (int) c3[i];
    }
    return words;
  }

  private static void round(
      long[] c0, long[] c1, long[] c2, long[] c3, long k0, long k1, int count) {
    for (int i = 0; i < count; i++) {
      long product0 = Philox.MULTIPLIER_0 * (c0[i] & LOW);
      long product1 = Philox.MULTIPLIER_1 * (c2[i] & LOW);
      c0[i] = product1 >>> 32 ^ c1[i] ^ k0;
      c1[i] = product1 & LOW;
      c2[i] = product0 >>> 32 ^ c3[i] ^ k1;
      c3[i] = product0 & LOW;
    }
  }

  /** Numbers uniform in [0, 1) of planes {@code plane} and {@code plane + 1}. */
  static double[] uniforms(long seed, long first, int plane, int count) {
    int[] high = of(seed, first, plane, count);
    int[] low = of(seed, first, plane + 1, count);
    double[] u = new double[count];
    for (int i = 0; i < count; i++) {
      u[i] = Philox.uniform(high[i], low[i]);
    }
    return u;
  }

  /**
   * Which of the uniform numbers of planes 0 and 1 are less than {@code p}. Their high words alone
   * tell, but for one in 2³².
   */
  static boolean[] areBelow(double p, long seed, long first, int count) {
    long bound = (long) Math.ceil(p * 0x1p53); // a number is less than p if its 53 bits are less
    long boundHigh = bound >>> 21;
    long boundLow = bound & 0x1FFFFF;
    int[] high = of(seed, first, 0, count);
    boolean[] below = new boolean[count];
    boolean ties = false;
    for (int i = 0; i < count; i++) {
      long word = high[i] & LOW;
      below[i] = word < boundHigh;
      ties |= word == boundHigh;
    }
    if (ties && boundLow > 0) {
      int[] low = of(seed, first, 1, count);
      for (int i = 0; i < count; i++) {
        below[i] |= (high[i] & LOW) == boundHigh && (low[i] & LOW) >>> 11 < boundLow;
      }
    }
    return below;
  }
}
