package dev.weft.fabric.data;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One epoch's batches, in order. */
interface Feed<B> extends AutoCloseable {

  /**
   * The next batch that is to be made; empty when all have been handed out. Called by one thread,
   * while the jobs may run in others.
   */
  Optional<Job<B>> next();

  /** Leaves out batches that were delivered before. */
  void skip(long batches);

  /** Lets go of the source. */
  @Override
  void close();

  /** How one batch is made. */
  @FunctionalInterface
  interface Job<B> {
    /** The batch; null when the source has ended before it. */
    @Nullable B run();
  }
}
