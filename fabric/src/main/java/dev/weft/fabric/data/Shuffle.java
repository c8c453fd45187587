package dev.weft.fabric.data;

import dev.weft.engine.Generator;

/** How a random order is drawn. */
public enum Shuffle {
  /** From this library's generator. */
  PHILOX,
  /**
   * From a Mersenne Twister, so that the order of one seed is that of PyTorch. See {@link Mt19937}.
   */
  MT19937;

  /** The numbers 0 to {@code size} − 1 in the random order that belongs to {@code seed}. */
  public long[] permutation(long size, long seed) {
    int count = countable(size);
    return switch (this) {
      case PHILOX -> new Generator(seed).permutation(count);
      case MT19937 -> new Mt19937(seed).permutation(count);
    };
  }

  /** The next random order of a generator; MT19937 starts from a seed drawn from it. */
  public long[] permutation(long size, Generator generator) {
    return switch (this) {
      case PHILOX -> generator.permutation(countable(size));
      case MT19937 -> permutation(size, generator.nextLong(1L << 32));
    };
  }

  private static int countable(long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "shuffle: "
              + size
              + " samples are too many to permute in memory; read them in order, or shard them");
    }
    return (int) size;
  }
}
