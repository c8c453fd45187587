package dev.weft.fabric;

/**
 * What each rank computes in {@link Fabric#launchAndReturn}.
 *
 * @param <R> the type of the result
 */
@FunctionalInterface
public interface RankFunction<R> {

  /** Runs as the rank that {@code fabric} belongs to. */
  R call(Fabric fabric) throws Exception;
}
