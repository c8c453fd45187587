package dev.weft.fabric.launch;

import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.comm.ThreadCommunicator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Ranks that are threads of this JVM. They start in milliseconds and work in jshell and in unit
 * tests; the launching thread only waits.
 *
 * <p>When a rank throws, the collectives of the others end with an error that names it. Threads
 * that compute on are interrupted, and after a few seconds left behind (they are daemons).
 */
public final class ThreadLauncher implements Launcher {

  /** How long ranks may take to notice by themselves that another one has failed. */
  private static final long NOTICE_MILLIS = 500;

  private static final long STOP_MILLIS = 4000;

  private final int size;
  private final Duration timeout;
  private final Environment environment;

  /**
   * @param size how many ranks
   * @param timeout how long a collective may take
   */
  public ThreadLauncher(int size, Duration timeout, Environment environment) {
    this.size = size;
    this.timeout = timeout;
    this.environment = environment;
  }

  @Override
  public boolean isInteractiveCompatible() {
    return true;
  }

  @Override
  public RankContext join() {
    throw new UnsupportedOperationException(
        "launch: ranks that are threads need a function to run; write fabric.launch(f -> …)");
  }

  @Override
  public <R> R launch(RankBody<R> body) {
    var job = new Job<>(body);
    return job.run();
  }

  private record Failure(int rank, Throwable thrown) {}

  private final class Job<R> {

    private final RankBody<R> body;
    private final List<Thread> threads = new ArrayList<>();
    private Optional<R> result = Optional.empty();
    private Optional<Failure> first = Optional.empty();

    /** What a rank heard of a failure; counts only if nobody admits to one. */
    private Optional<Failure> echo = Optional.empty();

    Job(RankBody<R> body) {
      this.body = body;
    }

    R run() {
      List<Communicator> world = ThreadCommunicator.world(size, timeout);
      for (int rank = 0; rank < size; rank++) {
        int own = rank;
        threads.add(
            Thread.ofPlatform()
                .daemon()
                .name("weft-rank-" + rank)
                .unstarted(() -> runRank(own, world.get(own))));
      }
      threads.forEach(Thread::start);
      try {
        awaitEnd();
      } catch (InterruptedException e) {
        threads.forEach(Thread::interrupt);
        Thread.currentThread().interrupt();
        throw new IllegalStateException("launch: interrupted; the ranks were stopped", e);
      }
      return outcome();
    }

    private void runRank(int rank, Communicator communicator) {
      var ranks = new Ranks(rank, rank, 0, size);
      Environment own = environment.copy();
      own.set("LOCAL_RANK", rank).set("RANK", rank).set("WORLD_SIZE", size);
      try (communicator) {
        R value = RankThread.run(body, new RankContext(ranks, communicator, own), size);
        if (rank == 0) {
          finished(value);
        }
      } catch (Throwable e) {
        failed(new Failure(rank, e));
        communicator.abort(e);
      }
    }

    private synchronized void finished(@Nullable R value) {
      result = Optional.ofNullable(value);
    }

    private synchronized void failed(Failure failure) {
      if (Echoes.isEcho(failure.thrown(), failure.rank())) {
        echo = echo.or(() -> Optional.of(failure));
      } else {
        first = first.or(() -> Optional.of(failure));
      }
      notifyAll();
    }

    /** Returns when all ranks have ended, or a while after one has failed. */
    private void awaitEnd() throws InterruptedException {
      for (Thread thread : threads) {
        while (thread.isAlive() && !hasFailed()) {
          thread.join(Duration.ofMillis(20));
        }
      }
      if (hasFailed()) {
        joinAll(NOTICE_MILLIS);
        threads.stream().filter(Thread::isAlive).forEach(Thread::interrupt);
        joinAll(STOP_MILLIS);
      }
    }

    private synchronized boolean hasFailed() {
      return first.isPresent() || echo.isPresent();
    }

    private void joinAll(long millis) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      for (Thread thread : threads) {
        long left = end - System.nanoTime();
        if (left > 0) {
          thread.join(Duration.ofNanos(left));
        }
      }
    }

    /** May be null where the body's result may. */
    @SuppressWarnings("NullAway")
    private synchronized R outcome() {
      Optional<Failure> failure = first.or(() -> echo);
      if (failure.isEmpty()) {
        return result.orElse(null);
      }
      String still =
          threads.stream()
              .filter(Thread::isAlive)
              .map(Thread::getName)
              .collect(Collectors.joining(", "));
      String remark = still.isEmpty() ? "" : "; still running: " + still;
      throw RankFailedException.thrown(failure.get().rank(), failure.get().thrown(), remark);
    }
  }
}
