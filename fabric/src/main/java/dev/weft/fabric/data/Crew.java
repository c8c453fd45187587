package dev.weft.fabric.data;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that make the batches of one epoch. Batch k is made by worker k mod n, whose random
 * numbers for it start at a place that belongs to k: so neither timing nor resuming changes them.
 */
final class Crew<B> {

  /** How far apart the random numbers of two batches begin. */
  private static final int NUMBERS_PER_BATCH_LOG = 40;

  /**
   * Settings that do not change from epoch to epoch.
   *
   * @param count how many threads; 0 makes batches in the thread that asks for them
   * @param prefetch how many batches each may be ahead
   * @param timeout how long a batch may take
   * @param threads makes the threads
   * @param init what each runs first
   */
  record Settings(
      int count,
      int prefetch,
      Optional<Duration> timeout,
      java.util.concurrent.ThreadFactory threads,
      Optional<Consumer<WorkerInfo>> init) {

    Settings withInit(Consumer<WorkerInfo> action) {
      return new Settings(count, prefetch, timeout, threads, Optional.of(action));
    }
  }

  /** An order to make a batch. Without a job: the order to go home. */
  private record Order<B>(
      long batch, Feed.@Nullable Job<B> job, CompletableFuture<Optional<B>> result) {}

  private final Settings settings;
  private final DType defaultDtype = Context.current().defaultDtype();
  private final List<LinkedBlockingQueue<Order<B>>> inboxes = new ArrayList<>();
  private final List<Thread> workers = new ArrayList<>();

  Crew(Settings settings, long seed) {
    this.settings = settings;
    for (int id = 0; id < settings.count(); id++) {
      inboxes.add(new LinkedBlockingQueue<>());
      var info = new WorkerInfo(id, settings.count(), seed + id);
      Thread worker = settings.threads().newThread(() -> work(info));
      workers.add(worker);
    }
    try {
      workers.forEach(Thread::start);
    } catch (Throwable e) {
      stop();
      throw e;
    }
  }

  /** How many batches may be under way. */
  int capacity() {
    return settings.count() * settings.prefetch();
  }

  CompletableFuture<Optional<B>> submit(long batch, Feed.Job<B> job) {
    var result = new CompletableFuture<Optional<B>>();
    inboxes.get(workerOf(batch)).add(new Order<>(batch, job, result));
    return result;
  }

  private int workerOf(long batch) {
    return (int) (batch % settings.count());
  }

  private void work(WorkerInfo info) {
    ScopedValue.where(WorkerInfo.CURRENT, info).run(() -> serve(info));
  }

  private void serve(WorkerInfo info) {
    Context context = Context.current();
    context.generator(new Generator(info.seed()));
    Optional<Throwable> failure = start(info);
    try (var _ = context.withGrad(false);
        var _ = context.withDefaultDtype(defaultDtype)) {
      var inbox = inboxes.get(info.id());
      while (true) {
        Order<B> order = inbox.take();
        if (order.job() == null) {
          return;
        }
        if (failure.isPresent()) {
          order.result().completeExceptionally(failure.get());
        } else {
          make(order, order.job(), context.generator());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // told to stop after a time-out
    }
  }

  private Optional<Throwable> start(WorkerInfo info) {
    try {
      settings.init().ifPresent(action -> action.accept(info));
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(
          new DataException("DataLoader: start of worker " + info.id() + ": " + e.getMessage(), e));
    } catch (Error e) {
      return Optional.of(e);
    }
  }

  private void make(Order<B> order, Feed.Job<B> job, Generator generator) {
    generator.setState(generator.seed(), order.batch() + 1 << NUMBERS_PER_BATCH_LOG);
    try {
      order.result().complete(Optional.ofNullable(job.run()));
    } catch (Throwable e) {
      order.result().completeExceptionally(e); // thrown again in the thread that waits for it
    }
  }

  /** What the worker of a batch is doing just now, for the message of a time-out. */
  String place(long batch) {
    Thread worker = workers.get(workerOf(batch));
    StackTraceElement[] trace = worker.getStackTrace();
    return "worker " + workerOf(batch) + (trace.length == 0 ? " has ended" : " is at " + trace[0]);
  }

  /** Lets every worker finish the batch it is making, and end. Does not wait. */
  void stop() {
    for (var inbox : inboxes) {
      inbox.clear();
      inbox.add(new Order<>(-1, null, new CompletableFuture<>()));
    }
  }

  /** Ends workers that wait for something that does not come. */
  void interrupt() {
    stop();
    workers.forEach(Thread::interrupt);
  }
}
