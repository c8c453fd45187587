package dev.weft.fabric.strategy;

import dev.weft.fabric.launch.RankStart;
import java.time.Duration;
import java.util.Optional;

/**
 * Distributed data parallel, before it is bound to a rank. Immutable; each {@code with…} method
 * gives a changed copy.
 *
 * {@snippet :
 * Fabric.builder().devices(4).strategy(DdpOptions.processes().withBucketBytes(8 << 20)).build();
 * }
 *
 * @param name what messages call it
 * @param start how its ranks come about
 * @param findUnusedParameters whether parameters may take no part in a backward: they then count
 *     with a gradient of 0, and where no rank used one, its gradient stays as it is
 * @param broadcastBuffers whether forward in training mode begins with the buffers of rank 0
 * @param bucketBytes how many bytes of gradients are sent together
 * @param firstBucketBytes the same for those that are ready first, so that sending starts early
 * @param timeout how long a collective may take; empty for the builder's setting
 */
public record DdpOptions(
    String name,
    RankStart start,
    boolean findUnusedParameters,
    boolean broadcastBuffers,
    long bucketBytes,
    long firstBucketBytes,
    Optional<Duration> timeout)
    implements StrategyFactory {

  /** PyTorch's sizes: over a network 1 to 25 MiB do about equally well. */
  private static final long BUCKET_BYTES = 25L << 20;

  private static final long FIRST_BUCKET_BYTES = 1L << 20;

  public DdpOptions {
    if (bucketBytes < 1 || firstBucketBytes < 1) {
      throw new IllegalArgumentException(
          "ddp: buckets of "
              + bucketBytes
              + " and "
              + firstBucketBytes
              + " bytes: a size must be positive");
    }
    if (start == RankStart.IN_PLACE) {
      throw new IllegalArgumentException("ddp: its ranks are processes or threads");
    }
  }

  /** Ranks that are processes. */
  public static DdpOptions processes() {
    return of("ddp", RankStart.PROCESSES);
  }

  /** Ranks that are threads of this JVM. */
  public static DdpOptions threads() {
    return of("ddp_spawn", RankStart.THREADS);
  }

  static DdpOptions of(String name, RankStart start) {
    return new DdpOptions(
        name, start, false, true, BUCKET_BYTES, FIRST_BUCKET_BYTES, Optional.empty());
  }

  /** Lets parameters be left out of a backward, or not. */
  public DdpOptions withFindUnusedParameters(boolean find) {
    return new DdpOptions(
        name, start, find, broadcastBuffers, bucketBytes, firstBucketBytes, timeout);
  }

  /** Starts forward in training mode with the buffers of rank 0, or not. */
  public DdpOptions withBroadcastBuffers(boolean broadcast) {
    return new DdpOptions(
        name, start, findUnusedParameters, broadcast, bucketBytes, firstBucketBytes, timeout);
  }

  /** With another size of all buckets. */
  public DdpOptions withBucketBytes(long bytes) {
    return new DdpOptions(
        name,
        start,
        findUnusedParameters,
        broadcastBuffers,
        bytes,
        Math.min(bytes, firstBucketBytes),
        timeout);
  }

  /** With a time-out of its collectives. */
  public DdpOptions withTimeout(Duration limit) {
    return new DdpOptions(
        name,
        start,
        findUnusedParameters,
        broadcastBuffers,
        bucketBytes,
        firstBucketBytes,
        Optional.of(limit));
  }

  @Override
  public Strategy create(Seat seat) {
    return new DdpStrategy(this, seat);
  }
}
