package dev.weft.engine;

/**
 * The counter-based generator Philox 4x32-10: number i of a stream is a function of (seed, i)
 * alone, so any part of a random tensor can be made anywhere, on CPU and GPU alike.
 *
 * <p>Word i of plane p is output i mod 4 of the block with counter (⌊i/4⌋, p) and key = seed.
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
 */
public final class Philox {

  /** What words 0 and 2 of the counter are multiplied with in each round. */
  public static final long MULTIPLIER_0 = 0xD2511F53L;

  public static final long MULTIPLIER_1 = 0xCD9E8D57L;

  /** What is added to the two halves of the key after each round. */
  public static final int WEYL_0 = 0x9E3779B9;

  public static final int WEYL_1 = 0xBB67AE85;

  public static final int ROUNDS = 10;

  private static final long LOW = 0xFFFFFFFFL;

  private Philox() {}

  /** The four words of the block with this 128-bit counter and 64-bit key, lowest word first. */
  public static void block(long counterLow, long counterHigh, long key, int[] words) {
    int c0 = (int) counterLow;
    int c1 = (int) (counterLow >>> 32);
    int c2 = (int) counterHigh;
    int c3 = (int) (counterHigh >>> 32);
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & LOW);
      long product1 = MULTIPLIER_1 * (c2 & LOW);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }

  /** Word {@code index} of a plane of the stream {@code seed}. */
  public static int word(long seed, long index, int plane) {
    int[] words = new int[4];
    block(index >>> 2, plane, seed, words);
    return words[(int) (index & 3)];
  }

  /**
   * Number {@code index} of the stream, uniform in [0, 1), with 53 random bits: planes p and p + 1.
   */
  public static double uniform(long seed, long index, int plane) {
    return uniform(word(seed, index, plane), word(seed, index, plane + 1));
  }

  /** 53 bits, the high 32 from {@code high}: so float and double streams agree where float can. */
  public static double uniform(int high, int low) {
    return ((high & LOW) << 21 | (low & LOW) >>> 11) * 0x1p-53;
  }

  /** A standard normal number from two uniform ones in [0, 1). Source: Box, Muller, 1958. */
  public static double normal(double u, double v) {
    return Math.sqrt(-2 * Math.log1p(-u)) * Math.cos(2 * Math.PI * v);
  }
}
