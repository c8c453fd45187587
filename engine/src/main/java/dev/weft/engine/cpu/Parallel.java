package dev.weft.engine.cpu;

import dev.weft.engine.Scope;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Splits long loops over a pool of daemon threads that all callers share. The calling thread works
 * too, so a call never waits for a pool that is busy with somebody else's work.
 *
 * <p>How a range is cut depends on its size alone, never on the number of threads: whatever a
 * kernel does per piece, its result has the same bits on one thread and on sixty.
 *
 * <p>The number of threads is {@code -Dweft.threads}, else that of the processors. Thread-safe.
 */
public final class Parallel {

  private static final int THREADS = configured();
  private static final ThreadLocal<Integer> LIMIT = ThreadLocal.withInitial(() -> THREADS);

  /** The most elements of a piece, whatever a loop asks for. */
  private static volatile long mostPerPiece = Long.MAX_VALUE;

  /** Whether this thread is inside a piece: loops in loops are not split again. */
  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private Parallel() {}

  /** What is done with the elements {@code from} (inclusive) to {@code to} (exclusive). */
  @FunctionalInterface
  public interface Body {
    void run(long from, long to);
  }

  private static int configured() {
    String text = System.getProperty("weft.threads");
    if (text == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    return wholeNumber(text)
        .filter(threads -> threads > 0)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "weft.threads: '"
                        + text
                        + "' is no number of threads; write a whole number from 1"));
  }

  private static Optional<Integer> wholeNumber(String text) {
    try {
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The most threads that a loop of this thread is split over. */
  public static int threads() {
    return LIMIT.get();
  }

  /** Splits this thread's loops over at most {@code threads} until the scope is closed. */
  public static Scope withThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + ": at least one thread computes");
    }
    int before = LIMIT.get();
    LIMIT.set(threads);
    return () -> LIMIT.set(before);
  }

  /**
   * Cuts the loops of all threads into pieces of at most {@code elements} until the scope is
   * closed: for tests, so that small inputs are split as large ones are.
   */
  public static Scope withPiecesOf(long elements) {
    if (elements < 1) {
      throw new IllegalArgumentException("pieces of " + elements + ": must be at least 1");
    }
    long before = mostPerPiece;
    mostPerPiece = elements;
    return () -> mostPerPiece = before;
  }

  /**
   * Runs {@code body} over 0 to {@code count} in pieces of {@code asked} elements, the last one
   * shorter, in any order; on this thread alone when there is one piece. Returns when all are done.
   * The first exception of any piece is thrown here, and pieces that had not begun are dropped.
   */
  public static void ranges(long count, long asked, Body body) {
    long grain = Math.min(asked, mostPerPiece);
    if (count <= grain) {
      if (count > 0) {
        body.run(0, count);
      }
      return;
    }
    long pieces = Math.ceilDiv(count, grain);
    int helpers = (int) Math.min(pieces, threads()) - 1;
    if (helpers == 0 || INSIDE.get()) {
      for (long from = 0; from < count; from += grain) {
        body.run(from, Math.min(count, from + grain));
      }
      return;
    }
    var loop = new Loop(count, grain, pieces, body);
    Pool.start(helpers, loop);
    loop.work();
    loop.await();
  }

  /** Started when a loop is first long enough to be worth it. */
  private static final class Pool {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final ThreadPoolExecutor WORKERS =
        new ThreadPoolExecutor(
            Math.max(1, THREADS - 1),
            Integer.MAX_VALUE,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "weft-worker-" + NUMBERS.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });

    static void start(int helpers, Loop loop) {
      if (helpers > WORKERS.getCorePoolSize()) { // somebody asks for more than is configured
        WORKERS.setCorePoolSize(helpers);
      }
      for (int i = 0; i < helpers; i++) {
        WORKERS.execute(loop::work);
      }
    }
  }

  /** One call of {@link #ranges}: pieces are taken in turn by whoever is free. */
  private static final class Loop {
    private static final int SPINS = 1_000; // about 20 µs: the last pieces of others are short

    private final long count;
    private final long grain;
    private final long pieces;
    private final Body body;
    private final Thread caller = Thread.currentThread();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Loop(long count, long grain, long pieces, Body body) {
      this.count = count;
      this.grain = grain;
      this.pieces = pieces;
      this.body = body;
    }

    void work() {
      INSIDE.set(true);
      try {
        for (long i = taken.getAndIncrement(); i < pieces; i = taken.getAndIncrement()) {
          attempt(i);
          if (done.incrementAndGet() == pieces) {
            LockSupport.unpark(caller);
          }
        }
      } finally {
        INSIDE.set(false);
      }
    }

    private void attempt(long piece) {
      if (failure.get() != null) {
        return;
      }
      try {
        body.run(piece * grain, Math.min(count, (piece + 1) * grain));
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      }
    }

    void await() {
      for (int spins = 0; done.get() < pieces; spins++) {
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      switch (failure.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException("a loop body threw " + e, e);
      }
    }
  }
}
