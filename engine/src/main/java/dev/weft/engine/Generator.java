package dev.weft.engine;

/**
 * A stream of random numbers: a seed, and how many numbers have been taken. An op that needs n
 * numbers reserves them and carries (seed, offset) as plain values; {@link Philox} turns those into
 * bits.
 *
 * <p>Confined to one thread. Give each rank and worker its own seed.
 */
public final class Generator {

  /** The seed of a thread's generator that nobody seeded. */
  public static final long DEFAULT_SEED = 0x5EED;

  private long seed;
  private long offset;

  public Generator(long seed) {
    this.seed = seed;
  }

  public long seed() {
    return seed;
  }

  /** How many numbers have been taken. */
  public long offset() {
    return offset;
  }

  /** Starts the stream of {@code seed} from its beginning. */
  public Generator manualSeed(long seed) {
    return setState(seed, 0);
  }

  /** Continues a stream where another generator, or a checkpoint, had left it. */
  public Generator setState(long seed, long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("generator: offset " + offset + " is negative");
    }
    this.seed = seed;
    this.offset = offset;
    return this;
  }

  /** Takes {@code count} numbers; returns the index of the first. */
  public long reserve(long count) {
    long first = offset;
    offset += count;
    return first;
  }

  /** Uniform in [0, 1), 53 bits. */
  public double nextDouble() {
    return Philox.uniform(seed, reserve(1), 0);
  }

  /** A standard normal number. */
  public double nextGaussian() {
    long index = reserve(1);
    return Philox.normal(Philox.uniform(seed, index, 0), Philox.uniform(seed, index, 2));
  }

  /** Uniform from 0 to {@code bound} (exclusive). */
  public long nextLong(long bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("generator: bound " + bound + " must be positive");
    }
    long index = reserve(1);
    long bits =
        (long) Philox.word(seed, index, 0) << 32 | Philox.word(seed, index, 1) & 0xFFFFFFFFL;
    return Math.unsignedMultiplyHigh(bits, bound);
  }

  /**
   * The numbers from 0 to {@code count} − 1 in random order. Source: Fisher, Yates, in
   * Durstenfeld's form.
   */
  public long[] permutation(int count) {
    if (count < 0) {
      throw new IllegalArgumentException(
          "permutation: of " + count + " numbers: must not be negative");
    }
    long[] order = new long[count];
    for (int i = 0; i < count; i++) {
      int j = (int) nextLong(i + 1L);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  @Override
  public String toString() {
    return "Generator[seed=" + seed + ", offset=" + offset + "]";
  }
}
