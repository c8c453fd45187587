package dev.weft.fabric.data;

import dev.weft.engine.Context;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a loader. Nothing happens before the first element is asked for. A pass that is
 * left early is ended by {@link #close}, or by the garbage collector: workers never wait for a
 * consumer that is gone.
 */
final class LoaderIterator<B> implements Iterator<B>, AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();

  /**
   * Who makes the batches; holds no reference to the iterator, so that it can be cleaned up after.
   */
  static final class Run<B> implements Runnable {
    private final Feed<B> feed;
    private final Optional<Crew<B>> crew;
    private long submitted;

    /** {@code first} is the number of the first batch: not 0 when an epoch is resumed. */
    Run(Feed<B> feed, Optional<Crew<B>> crew, long first) {
      this.feed = feed;
      this.crew = crew;
      this.submitted = first;
    }

    @Override
    public void run() {
      crew.ifPresent(Crew::stop);
      feed.close();
    }
  }

  /** What a loader does with a batch before and after the user has it. */
  interface Delivery<B> {
    B deliver(B batch);

    /** Told when the user has taken a batch. */
    void taken();

    /** Told when there are no more. */
    void finished();

    /** Told when the next batch is fetched. */
    void recycle(B batch);
  }

  private record Pending<B>(long batch, CompletableFuture<Optional<B>> result) {}

  private final Supplier<Run<B>> start;
  private final Delivery<B> delivery;
  private final Optional<Duration> timeout;

  private @Nullable Run<B> run;
  private Cleaner.@Nullable Cleanable cleanable;
  private final ArrayDeque<Pending<B>> pending = new ArrayDeque<>();
  private boolean handedOutAll;
  private boolean done;
  private @Nullable B ready;
  private @Nullable B used;

  LoaderIterator(Supplier<Run<B>> start, Delivery<B> delivery, Optional<Duration> timeout) {
    this.start = start;
    this.delivery = delivery;
    this.timeout = timeout;
  }

  @Override
  public boolean hasNext() {
    if (ready == null && !done) {
      advance();
    }
    return ready != null;
  }

  @Override
  public B next() {
    if (!hasNext() || ready == null) {
      throw new NoSuchElementException("DataLoader: the epoch has no more batches");
    }
    B batch = ready;
    ready = null;
    used = batch;
    delivery.taken();
    return batch;
  }

  private void advance() {
    if (used != null) {
      delivery.recycle(used);
      used = null;
    }
    boolean failed = true;
    try {
      Optional<B> batch = fetch(begun());
      if (batch.isPresent()) {
        ready = delivery.deliver(batch.get());
      } else {
        delivery.finished();
        close();
      }
      failed = false;
    } finally {
      if (failed) {
        close();
      }
    }
  }

  private Run<B> begun() {
    if (run == null) {
      run = start.get();
      cleanable = CLEANER.register(this, run);
    }
    return run;
  }

  private Optional<B> fetch(Run<B> run) {
    if (run.crew.isPresent()) {
      return await(run, run.crew.get());
    }
    var job = run.feed.next();
    return job.isPresent() ? makeHere(job.get()) : Optional.empty();
  }

  /** In the user's thread, but outside its scopes and without its tape: as a worker would do it. */
  private static <B> Optional<B> makeHere(Feed.Job<B> job) {
    Context context = Context.current();
    try (var _ = context.withoutScope();
        var _ = context.withGrad(false)) {
      return Optional.ofNullable(job.run());
    }
  }

  private Optional<B> await(Run<B> run, Crew<B> crew) {
    refill(run, crew);
    Pending<B> next = pending.poll();
    if (next == null) {
      return Optional.empty();
    }
    try {
      return timeout.isPresent()
          ? next.result().get(timeout.get().toNanos(), TimeUnit.NANOSECONDS)
          : next.result().get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (TimeoutException e) {
      var message =
          "DataLoader: batch "
              + next.batch()
              + " is not ready after "
              + timeout.orElseThrow()
              + "; "
              + crew.place(next.batch());
      crew.interrupt();
      throw new DataException(message, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("DataLoader: interrupted while waiting for batch " + next.batch(), e);
    }
  }

  private void refill(Run<B> run, Crew<B> crew) {
    while (!handedOutAll && pending.size() < crew.capacity()) {
      var job = run.feed.next();
      if (job.isEmpty()) {
        handedOutAll = true;
      } else {
        long batch = run.submitted++;
        pending.add(new Pending<>(batch, crew.submit(batch, job.get())));
      }
    }
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    return switch (cause) {
      case Error error -> throw error;
      case RuntimeException e -> e;
      case null, default -> new IllegalStateException(cause);
    };
  }

  /** Ends the pass. What was prefetched is left to the garbage collector. */
  @Override
  public void close() {
    done = true;
    pending.clear();
    if (cleanable != null) {
      cleanable.clean();
    }
  }
}
