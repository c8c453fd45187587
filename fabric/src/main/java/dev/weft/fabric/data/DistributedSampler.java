package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

/**
 * One rank's share of a dataset: positions rank, rank + R, rank + 2R, … of an order that all R
 * ranks agree on.
 *
 * <p>Every rank gets the same number of samples: the order is repeated from its beginning until it
 * divides by R, or with {@code dropLast} cut. Shuffled orders follow from seed + epoch alone, so
 * ranks need not talk; call {@link #setEpoch} for another one (loaders do).
 *
 * <p>Source: PyTorch's {@code torch.utils.data.DistributedSampler}, whose indices these are, bit
 * for bit with {@link Shuffle#MT19937}.
 *
 * <p>Confined to one thread.
 */
public final class DistributedSampler implements Sampler {

  private final long size;
  private final int replicas;
  private final int rank;
  private final boolean shuffle;
  private final long seed;
  private final boolean dropLast;
  private final Shuffle algorithm;
  private long epoch;

  /**
   * @param size the number of samples of the whole
   * @param replicas how many ranks share them
   * @param rank which of them this is, from 0
   * @param shuffle whether the order is random
   * @param seed of the random order; the same on all ranks
   * @param dropLast whether samples that do not divide are left out, not repeated
   * @param algorithm how the order is drawn
   */
  public DistributedSampler(
      long size,
      int replicas,
      int rank,
      boolean shuffle,
      long seed,
      boolean dropLast,
      Shuffle algorithm) {
    if (replicas < 1 || rank < 0 || rank >= replicas) {
      throw new IllegalArgumentException(
          "DistributedSampler: rank "
              + rank
              + " of "
              + replicas
              + ": it must lie between 0 and "
              + (replicas - 1));
    }
    if (size < 0) {
      throw new IllegalArgumentException("DistributedSampler: size " + size + " is negative");
    }
    this.size = size;
    this.replicas = replicas;
    this.rank = rank;
    this.shuffle = shuffle;
    this.seed = seed;
    this.dropLast = dropLast;
    this.algorithm = algorithm;
  }

  /** Shuffled by this library's generator with seed 0; uneven shares are filled up. */
  public DistributedSampler(Dataset<?> dataset, int replicas, int rank) {
    this(dataset.size(), replicas, rank, true, 0, false, Shuffle.PHILOX);
  }

  @Override
  public void setEpoch(long epoch) {
    this.epoch = epoch;
  }

  /** The number of samples of the whole. */
  public long size() {
    return size;
  }

  public int replicas() {
    return replicas;
  }

  public int rank() {
    return rank;
  }

  public boolean shuffle() {
    return shuffle;
  }

  public long seed() {
    return seed;
  }

  /** How many samples each rank gets. */
  private long perRank() {
    return dropLast ? size / replicas : Math.ceilDiv(size, (long) replicas);
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(perRank());
  }

  /** The generator is not used: the order follows from seed and epoch. */
  @Override
  public PrimitiveIterator.OfLong indices(Generator generator) {
    if (shuffle) {
      long[] order = algorithm.permutation(size, seed + epoch);
      return positions().map(position -> order[(int) position]).iterator();
    }
    return positions().iterator();
  }

  /** Positions in the order; beyond its end it is read again from the beginning. */
  private LongStream positions() {
    return LongStream.range(0, perRank()).map(i -> (rank + i * replicas) % size);
  }

  /** This rank's share of a list that holds {@code size} entries. */
  long[] share(long[] list) {
    PrimitiveIterator.OfLong picked = indices(new Generator(seed));
    long[] share = new long[(int) perRank()];
    Arrays.setAll(share, _ -> list[(int) picked.nextLong()]);
    return share;
  }

  @Override
  public String toString() {
    return "DistributedSampler[rank "
        + rank
        + " of "
        + replicas
        + ", size="
        + size
        + ", shuffle="
        + shuffle
        + ", seed="
        + seed
        + ", dropLast="
        + dropLast
        + "]";
  }
}
