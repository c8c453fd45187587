package dev.weft.fabric.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Batches of samples that come one after the other. Jobs take turns to pull their samples, in the
 * order of the batches, and collate at the same time.
 */
final class StreamFeed<T, B> implements Feed<B> {

  private final Iterator<T> source;
  private final int batchSize;
  private final boolean dropLast;
  private final Function<? super List<T>, ? extends B> collate;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turnChanged = lock.newCondition();
  private long turn;
  private long samplesRead;
  private boolean ended;
  private boolean closed;
  private volatile boolean stopping;

  private long number;

  StreamFeed(
      Iterator<T> source,
      int batchSize,
      boolean dropLast,
      Function<? super List<T>, ? extends B> collate) {
    this.source = source;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    this.collate = collate;
  }

  @Override
  public Optional<Job<B>> next() {
    long batch = number++;
    return Optional.of(() -> make(batch));
  }

  private @Nullable B make(long batch) {
    List<T> samples = pull(batch);
    if (samples.isEmpty() || dropLast && samples.size() < batchSize) {
      return null;
    }
    try {
      return collate.apply(samples);
    } catch (RuntimeException e) {
      throw IndexedFeed.failure(batch, "samples of the stream", e);
    }
  }

  private List<T> pull(long batch) {
    lock.lock();
    try {
      while (turn != batch && !ended) {
        turnChanged.awaitUninterruptibly();
      }
      var samples = new ArrayList<T>(batchSize);
      while (samples.size() < batchSize && !ended) {
        readOne(batch, samples);
      }
      turn = batch + 1;
      turnChanged.signalAll();
      return samples;
    } finally {
      lock.unlock();
      if (stopping) {
        endUnlessReading();
      }
    }
  }

  /** Under the lock. A source that failed has ended. */
  private void readOne(long batch, List<T> samples) {
    boolean read = false;
    try {
      if (source.hasNext()) {
        samples.add(source.next());
        samplesRead++;
        read = true;
      }
    } catch (RuntimeException e) {
      throw IndexedFeed.failure(batch, "sample " + samplesRead + " of the stream", e);
    } finally {
      if (!read) {
        end();
      }
    }
  }

  private void end() {
    ended = true;
    turnChanged.signalAll();
    if (!closed) {
      closed = true;
      Sources.close(source);
    }
  }

  @Override
  public void skip(long batches) {
    for (long batch = 0; batch < batches && !ended; batch++) {
      pull(number++);
    }
  }

  /** Does not wait for a worker that is reading just now: that one closes the source itself. */
  @Override
  public void close() {
    stopping = true;
    endUnlessReading();
  }

  private void endUnlessReading() {
    if (lock.tryLock()) {
      try {
        end();
      } finally {
        lock.unlock();
      }
    }
  }
}
