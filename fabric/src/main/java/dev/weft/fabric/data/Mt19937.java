package dev.weft.fabric.data;

/**
 * The 32-bit Mersenne Twister, as PyTorch's CPU generator runs it: so permutations drawn here equal
 * those of {@code torch.randperm} after {@code torch.manual_seed}.
 *
 * <p>Source: Matsumoto, Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform
 * pseudo-random number generator", 1998; seeding as in the authors' version of 2002.
 *
 * <p>Confined to one thread.
 */
public final class Mt19937 {

  private static final int N = 624;
  private static final int M = 397;
  private static final int MATRIX = 0x9908B0DF;
  private static final int SEED_MULTIPLIER = 1812433253;
  private static final long LOW = 0xFFFFFFFFL;

  private final int[] state = new int[N];
  private int next = N;

  /** Starts from the low 32 bits of {@code seed}. */
  public Mt19937(long seed) {
    state[0] = (int) seed;
    for (int i = 1; i < N; i++) {
      state[i] = SEED_MULTIPLIER * (state[i - 1] ^ state[i - 1] >>> 30) + i;
    }
  }

  /** The next 32 bits, as a number from 0 to 2³² − 1. */
  public long nextUnsignedInt() {
    if (next == N) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= y << 7 & 0x9D2C5680;
    y ^= y << 15 & 0xEFC60000;
    y ^= y >>> 18;
    return y & LOW;
  }

  private void twist() {
    for (int i = 0; i < N; i++) {
      int y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7FFFFFFF;
      state[i] = state[(i + M) % N] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : MATRIX);
    }
    next = 0;
  }

  /**
   * The numbers 0 to {@code count} − 1 in random order, as {@code torch.randperm(count)}.
   *
   * @throws IllegalArgumentException when {@code count} reaches 2³²/20, from where PyTorch takes
   *     another way
   */
  public long[] permutation(int count) {
    if (count >= (1L << 32) / 20) {
      throw new IllegalArgumentException(
          "Mt19937: a permutation of "
              + count
              + " numbers: PyTorch's algorithm is matched below "
              + (1L << 32) / 20
              + " only; use Shuffle.PHILOX");
    }
    long[] order = new long[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int i = 0; i < count - 1; i++) {
      int j = i + (int) (nextUnsignedInt() % (count - i));
      long picked = order[i];
      order[i] = order[j];
      order[j] = picked;
    }
    return order;
  }
}
