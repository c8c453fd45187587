package dev.weft.fabric.launch;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The processes that local rank 0 has started, and what happens when one of them ends badly: the
 * first one is remembered, the others are stopped, and the thread that runs rank 0 is told. If that
 * does not come back in time, this process ends too. All of it is over within five seconds.
 *
 * <p>A thread that is no daemon waits for the children, so that this process does not end, and cut
 * their lifelines, before they have finished.
 */
final class RankProcesses {

  /** How long ranks may take to notice by themselves that another one has failed. */
  private static final long NOTICE_MILLIS = 500;

  /** From SIGTERM to SIGKILL. */
  private static final long TERM_MILLIS = 1000;

  /** How long rank 0 may take to come back after it was interrupted. */
  private static final long RETURN_MILLIS = 1500;

  /** How long to wait for the report of the one that failed, after others reported an echo. */
  private static final long ECHO_MILLIS = 2000;

  /** How long children that have finished may take to end, when this process exits. */
  private static final long GOODBYE_MILLIS = 3000;

  private enum Phase {
    JOINING,
    RUNNING,
    /** Rank 0 has returned and the children may be doing what is left of the program. */
    BACKGROUND,
    STOPPING
  }

  private record Exit(int rank, int code) {}

  private final List<Process> processes;
  private final int ownRank;
  private final BlockingQueue<Exit> exits = new LinkedBlockingQueue<>();
  private final CountDownLatch failureKnown = new CountDownLatch(1);
  private final CountDownLatch bodyOver = new CountDownLatch(1);

  // Guarded by this.
  private Phase phase = Phase.JOINING;
  private Optional<Exit> failure = Optional.empty();
  private Optional<Thread> bodyThread = Optional.empty();

  private RankProcesses(List<Process> processes, Ranks own, int perNode) {
    this.processes = processes;
    this.ownRank = own.globalRank();
    for (int i = 0; i < processes.size(); i++) {
      int rank = own.local(i + 1, perNode).globalRank();
      processes.get(i).onExit().thenAccept(p -> exits.add(new Exit(rank, p.exitValue())));
    }
  }

  /** Starts local ranks 1, 2, …. */
  static RankProcesses start(
      List<String> command, Environment environment, Ranks own, int perNode) {
    var started = new java.util.ArrayList<Process>();
    try {
      for (int local = 1; local < perNode; local++) {
        var builder = new ProcessBuilder(command);
        builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        environment
            .copy()
            .set("LOCAL_RANK", local)
            .set("RANK", own.local(local, perNode).globalRank())
            .applyTo(builder.environment());
        started.add(builder.start());
      }
    } catch (IOException e) {
      started.forEach(Process::destroyForcibly);
      throw new IllegalStateException(
          "launch: rank " + (started.size() + 1) + " could not be started: " + e.getMessage(), e);
    }
    var processes = new RankProcesses(started, own, perNode);
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("weft-stop-ranks").unstarted(processes::onExit));
    Thread.ofPlatform().name("weft-ranks").start(processes::watch);
    return processes;
  }

  // ----------------------------------------------------------------------- the launching thread

  synchronized void joined() {
    if (phase == Phase.JOINING) {
      phase = Phase.RUNNING;
    }
  }

  /** Rank 0 goes on outside of any function: what fails from now on ends this process. */
  synchronized void becomeBackground() {
    if (phase == Phase.RUNNING) {
      phase = Phase.BACKGROUND;
    }
    bodyOver.countDown();
  }

  /** Runs {@code joining}, which may fail because a child did. */
  <R> R whileJoining(Callable<R> joining) {
    return run(joining, false);
  }

  /** Runs rank 0's body and decides, when anything failed, which failure came first. */
  <R> R supervise(Callable<R> body) {
    return run(body, true);
  }

  private <R> R run(Callable<R> body, boolean wholeRun) {
    synchronized (this) {
      bodyThread = Optional.of(Thread.currentThread());
    }
    @Nullable Throwable thrown = null;
    @Nullable R result = null;
    try {
      result = body.call();
    } catch (Throwable e) {
      thrown = e;
    }
    if (thrown != null) {
      awaitFailureBehind(thrown);
    }
    Optional<Exit> failed;
    synchronized (this) {
      bodyThread = Optional.empty();
      failed = failure;
      if (failed.isEmpty() && thrown != null) {
        phase = Phase.STOPPING;
      } else if (failed.isEmpty() && wholeRun) {
        phase = Phase.BACKGROUND;
      }
    }
    if (failed.isEmpty() && thrown == null) {
      if (wholeRun) {
        bodyOver.countDown();
      }
      return cast(result);
    }
    Thread.interrupted(); // it was for this rank's body, which is over
    bodyOver.countDown();
    stopAll(failed.isEmpty() ? NOTICE_MILLIS : 0);
    if (failed.isPresent()) {
      Exit exit = failed.get();
      throw RankFailedException.ended(
          exit.rank(), exit.code(), thrown == null ? new IllegalStateException() : thrown);
    }
    throw unchecked(thrown);
  }

  @SuppressWarnings("NullAway") // null where the body may return null
  private static <R> R cast(@Nullable R result) {
    return result;
  }

  /** What rank 0 heard may reach it earlier than the exit of the process it is about. */
  private void awaitFailureBehind(Throwable thrown) {
    boolean joining;
    synchronized (this) {
      joining = phase == Phase.JOINING;
    }
    if (joining || Echoes.isEcho(thrown, ownRank)) {
      try {
        failureKnown.await(ECHO_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        // Interrupted by the observer, which means that the failure is known.
      }
    }
  }

  /** Checked exceptions of a body arrive at the caller of launch in an unchecked one. */
  static RuntimeException unchecked(@Nullable Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case IOException e -> new java.io.UncheckedIOException(e);
      case null -> new IllegalStateException();
      default -> new IllegalStateException(thrown.toString(), thrown);
    };
  }

  // ----------------------------------------------------------------------- the observer

  private void watch() {
    int alive = processes.size();
    Optional<Exit> echo = Optional.empty();
    while (alive > 0) {
      try {
        Optional<Exit> next =
            echo.isEmpty()
                ? Optional.of(exits.take())
                : Optional.ofNullable(exits.poll(ECHO_MILLIS, TimeUnit.MILLISECONDS));
        if (next.isEmpty()) {
          fail(echo.orElseThrow());
          echo = Optional.empty();
          continue;
        }
        alive--;
        Exit exit = next.get();
        if (exit.code() == ProcessLauncher.ECHO_EXIT_CODE) {
          echo = isStopping() ? Optional.empty() : Optional.of(exit);
        } else if (exit.code() != 0 || isJoining()) {
          fail(exit);
          echo = Optional.empty();
        }
      } catch (InterruptedException e) {
        return; // nobody interrupts this thread but a user who wants it gone
      }
    }
  }

  private synchronized boolean isJoining() {
    return phase == Phase.JOINING;
  }

  private synchronized boolean isStopping() {
    return phase == Phase.STOPPING;
  }

  private void fail(Exit exit) throws InterruptedException {
    boolean inBackground;
    synchronized (this) {
      if (phase == Phase.STOPPING) {
        return; // we did that
      }
      inBackground = phase == Phase.BACKGROUND;
      phase = Phase.STOPPING;
      failure = Optional.of(exit);
    }
    failureKnown.countDown();
    if (!inBackground && comesBack()) {
      return; // the launching thread reports it
    }
    System.err.println("fabric: " + RankFailedException.describe(exit.rank(), exit.code()));
    stopAll(0);
    int code = exit.code() == 0 ? 1 : exit.code();
    Thread.ofPlatform().daemon().start(() -> System.exit(code));
    TimeUnit.MILLISECONDS.sleep(TERM_MILLIS); // shutdown hooks of the user's may hang
    Runtime.getRuntime().halt(code);
  }

  private boolean comesBack() throws InterruptedException {
    if (bodyOver.await(NOTICE_MILLIS, TimeUnit.MILLISECONDS)) {
      return true;
    }
    synchronized (this) {
      bodyThread.ifPresent(Thread::interrupt);
    }
    return bodyOver.await(RETURN_MILLIS, TimeUnit.MILLISECONDS);
  }

  // ----------------------------------------------------------------------- stopping

  /** Gives the children time to end by themselves, then asks, then forces them. */
  private void stopAll(long noticeMillis) {
    awaitAll(noticeMillis);
    processes.forEach(Lifeline::announceEnd);
    processes.forEach(Process::destroy);
    awaitAll(TERM_MILLIS);
    processes.forEach(Process::destroyForcibly);
  }

  private void awaitAll(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      for (Process process : processes) {
        process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** This process exits: by System.exit of the program, by a signal, or because all is done. */
  private void onExit() {
    boolean finished;
    synchronized (this) {
      finished = phase == Phase.BACKGROUND;
      phase = Phase.STOPPING;
    }
    stopAll(finished ? GOODBYE_MILLIS : 0);
  }
}
