package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;

/**
 * One rank's share of what another sampler draws. Each epoch all ranks draw the same list, from
 * seed + epoch, and each takes its positions of it as {@link DistributedSampler} does.
 *
 * <p>A sampler that keeps random state of its own must be seeded alike on all ranks.
 *
 * <p>Confined to one thread.
 */
public final class DistributedSamplerWrapper implements Sampler {

  private final Sampler wrapped;
  private final DistributedSampler shares;
  private long epoch;

  /**
   * @throws IllegalArgumentException when the sampler does not know its length, or has no end
   */
  public DistributedSamplerWrapper(Sampler wrapped, int replicas, int rank, long seed) {
    long length =
        wrapped
            .length()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "DistributedSamplerWrapper: the length of "
                            + wrapped
                            + " is unknown or infinite, so it cannot be shared among ranks; give it"
                            + " a length, or set the loader up without a distributed sampler"));
    this.wrapped = wrapped;
    this.shares =
        new DistributedSampler(length, replicas, rank, false, seed, false, Shuffle.PHILOX);
  }

  /** The sampler whose list is shared. */
  public Sampler wrapped() {
    return wrapped;
  }

  @Override
  public void setEpoch(long epoch) {
    this.epoch = epoch;
    wrapped.setEpoch(epoch);
  }

  @Override
  public OptionalLong length() {
    return shares.length();
  }

  /** The generator is not used: it may differ between ranks. */
  @Override
  public PrimitiveIterator.OfLong indices(Generator generator) {
    var drawn = wrapped.indices(new Generator(shares.seed() + epoch));
    long[] list = LongStream.generate(drawn::nextLong).limit(shares.size()).toArray();
    return Arrays.stream(shares.share(list)).iterator();
  }

  @Override
  public String toString() {
    return "DistributedSamplerWrapper[" + wrapped + ", " + shares + "]";
  }
}
