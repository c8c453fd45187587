package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.fabric.comm.CollectiveException.Kind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One rank's end of a transport: the queue of its calls, the thread that moves them along, and what
 * went wrong first.
 *
 * <p>Calls run one after the other in the order in which they were made (sends and receives that
 * follow each other run together). One thread at a time is the driver that runs them: the caller
 * while it waits, so that a call that is awaited at once costs no change of threads, and else this
 * rank's communication thread, so that transfers go on while the caller computes.
 *
 * <p>Thread-safe.
 */
abstract class Endpoint {

  // Waiting comes in three stages: look again (a peer that is a moment behind), yield (one that was
  // displaced from its core: parking at once was measured at 100-140 µs a call instead of 3), then
  // sleep (one that computes).
  private static final int YIELDS = 1000;

  /**
   * How long a driver sleeps before it looks at the clock again; whoever has news for it wakes it
   * earlier.
   */
  private static final long NAP_NANOS = 20_000_000;

  final int rank;
  final int size;
  private final int spins;
  private final Queue<Operation> queue = new ConcurrentLinkedQueue<>();
  private final List<Operation> active = new ArrayList<>();
  private volatile boolean anyActive;
  private final AtomicReference<@Nullable Thread> driver = new AtomicReference<>();
  private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
  private final AtomicLong submissions = new AtomicLong();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Worker worker;
  private volatile boolean closed;
  private final Map<List<Integer>, AtomicLong> groups = new ConcurrentHashMap<>();

  /**
   * The end of {@code rank} among {@code size}.
   *
   * @param spins how often a waiting driver looks before it begins to yield. Few, because looking
   *     may keep the awaited rank from its core: with four processes on two cores, 100 looks at
   *     sockets made an all-reduce of 4 KiB take 600 µs, none 120 µs
   */
  Endpoint(int rank, int size, int spins) {
    this.spins = spins;
    this.rank = rank;
    this.size = size;
    this.worker = new Worker();
  }

  /** A thread acts for this rank. */
  abstract void calledBy(Thread thread);

  /** The state machine for a call of this transport. */
  abstract Operation operation(Call call);

  abstract Peer peer(int peerRank);

  /** What broke the world, if that is known to be something else than what this rank has found. */
  abstract Failure first(Failure found);

  /** Tells every other rank, without waiting for anybody. Called once, by any thread. */
  abstract void tell(Failure why);

  /**
   * The driver is about to look once more and then to sleep: from now on {@link #wake} must reach
   * it.
   */
  abstract void beforeSleep();

  /** The driver will not sleep after all. */
  abstract void awake();

  /**
   * The driver sleeps until another rank has moved, or for {@code nanos}. May throw {@link Broken}.
   */
  abstract void sleep(List<Operation> waiting, long nanos);

  /** Wakes the driver from {@link #sleep}. Any thread. */
  abstract void wake();

  /**
   * Lets go of threads, sockets and memory; tells the others goodbye unless there was a failure.
   */
  abstract void disconnect();

  // ---- what callers use

  /**
   * Takes a call into the queue; the caller makes sure that two calls do not overtake each other.
   */
  final Work submit(Call call) {
    calledBy(Thread.currentThread());
    throwIfBroken(call);
    Operation operation = operation(call);
    queue.add(operation);
    submissions.incrementAndGet();
    if (size == 1) {
      await(operation);
    } else if (driver.get() != null) {
      wake();
    } else {
      worker.nudge();
    }
    return operation;
  }

  private void throwIfBroken(Call call) {
    Failure why = failure.get();
    if (why == null && closing.get()) {
      why = Failure.of(Kind.CLOSED, List.of(rank), "this communicator is closed");
    }
    if (why != null) {
      call.release();
      throw why.exception(call.header().toString(), rank);
    }
  }

  /** Returns when {@code operation} is done; runs it if nobody else does. */
  final void await(Operation operation) {
    boolean interrupted = false;
    while (!operation.isDone()) {
      if (becomeDriver()) {
        try {
          drive(operation);
        } finally {
          resign();
        }
      } else {
        try {
          operation.pause();
        } catch (InterruptedException e) {
          interrupted = true;
          fail(Failure.aborted(rank, e)); // whoever drives now ends everything
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The counter of the calls of a group, which all objects for the same group share. */
  final AtomicLong sequence(List<Integer> members) {
    return groups.computeIfAbsent(List.copyOf(members), _ -> new AtomicLong());
  }

  final Optional<Failure> failure() {
    return Optional.ofNullable(failure.get());
  }

  /** Records the first failure and tells everybody; later ones are its echoes. */
  final void fail(Failure why) {
    if (closed) {
      return; // who has left cannot fail the others
    }
    Failure first = first(why);
    if (adopt(first)) {
      tell(first);
    }
  }

  /** Records a failure that the other ranks know already. */
  final boolean adopt(Failure why) {
    if (closed || !failure.compareAndSet(null, why)) {
      return false;
    }
    wake();
    if (isBusy()) {
      worker.nudge();
    }
    return true;
  }

  /** Finishes what was started and leaves. */
  final void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    while (isBusy() && failure.get() == null) {
      if (becomeDriver()) {
        try {
          driveAll();
        } finally {
          resign();
        }
      } else if (Thread.currentThread().isInterrupted()) {
        fail(Failure.aborted(rank, new InterruptedException("interrupted while closing")));
      } else {
        LockSupport.parkNanos(1_000_000);
      }
    }
    while (!becomeDriver()) {
      Thread.yield(); // on its way out: nothing is left to do, or everything has failed
    }
    try {
      endAll();
      closed = true;
      disconnect();
    } finally {
      driver.set(null);
      worker.stop();
    }
  }

  // ---- what the driver does

  final boolean isBusy() {
    return anyActive || !queue.isEmpty();
  }

  private boolean becomeDriver() {
    return driver.compareAndSet(null, Thread.currentThread());
  }

  private void resign() {
    driver.set(null);
    if (isBusy()) {
      worker.nudge();
    }
  }

  private void driveAll() {
    int round = 0;
    while (isBusy()) {
      round = driveOnce(round);
    }
  }

  private void drive(Operation until) {
    int round = 0;
    while (!until.isDone()) {
      round = driveOnce(round);
    }
  }

  /** One pass over what is under way; returns how many passes in a row have moved nothing. */
  private int driveOnce(int round) {
    Thread self = Thread.currentThread();
    if (failure.get() == null && self.isInterrupted() && self != worker.thread) {
      // Before any channel is touched: the input and output of an interrupted thread close it.
      fail(Failure.aborted(rank, new InterruptedException("interrupted in a collective")));
    }
    if (failure.get() != null) {
      endAll();
      return 0;
    }
    try {
      if (step()) {
        return 0;
      }
      if (round < spins) {
        Thread.onSpinWait();
      } else if (round < YIELDS) {
        Thread.yield();
      } else {
        throwIfLate();
        beforeSleep();
        if (step()) {
          awake();
          return 0;
        }
        sleep(active, NAP_NANOS);
      }
      return round + 1;
    } catch (Broken e) {
      fail(e.failure());
    } catch (RuntimeException | Error e) {
      fail(Failure.aborted(rank, e));
    }
    return 0;
  }

  private boolean step() {
    admit();
    boolean moved = moveActive();
    anyActive = !active.isEmpty();
    return moved;
  }

  private boolean moveActive() {
    boolean moved = false;
    for (Iterator<Operation> each = active.iterator(); each.hasNext(); ) {
      Operation operation = each.next();
      moved |= operation.advance();
      if (operation.isSettled()) {
        operation.complete();
        each.remove();
        moved = true;
      }
    }
    return moved;
  }

  /** Starts the next call when nothing is under way, and sends and receives beside each other. */
  private void admit() {
    for (Operation next = queue.peek(); next != null; next = queue.peek()) {
      boolean together = isPointToPoint(next) && active.stream().allMatch(Endpoint::isPointToPoint);
      if (!active.isEmpty() && !together) {
        return;
      }
      anyActive = true;
      queue.remove();
      active.add(next);
      next.start();
    }
  }

  private static boolean isPointToPoint(Operation operation) {
    return operation.call.header().kind().isPointToPoint();
  }

  private void throwIfLate() {
    for (Operation operation : active) {
      if (operation.elapsedNanos() > operation.call.timeout().toNanos()) {
        Operation.Waiting waiting = operation.waiting();
        throw new Broken(
            Failure.of(
                Kind.TIMEOUT,
                waiting.ranks(),
                text("timed out after %s: %s", operation.call.timeout(), waiting.reason())));
      }
    }
  }

  /** Ends every call with the failure. */
  private void endAll() {
    settleLast();
    Failure why =
        failure().orElse(Failure.of(Kind.CLOSED, List.of(rank), "this communicator is closed"));
    active.forEach(operation -> operation.fail(why));
    active.clear();
    for (Operation next = queue.poll(); next != null; next = queue.poll()) {
      next.fail(why);
    }
    anyActive = false;
  }

  /** A failure takes nothing back: calls for which all is there by now still end well. */
  private void settleLast() {
    if (Thread.currentThread().isInterrupted()) {
      return;
    }
    try {
      boolean moved = true;
      while (moved) {
        moved = moveActive();
      }
    } catch (RuntimeException | Error e) {
      // The failure that is being reported came first.
    }
  }

  /** Whether some other rank waits for this one to receive something. */
  final boolean isWantedElsewhere() {
    boolean wanted = false;
    for (int other = 0; other < size; other++) {
      if (other != rank) {
        peer(other).pump();
        wanted |= peer(other).wantsToSend();
      }
    }
    return wanted;
  }

  /**
   * The communication thread: runs what nobody waits for. Most calls are awaited at once, by a
   * caller who then is the driver; waking this thread for each of them would double their cost. So
   * it naps while calls come in, and takes over what it finds at two looks in a row, or when calls
   * queue up.
   */
  private final class Worker implements Runnable {

    private static final long LOOK_NANOS = 1_000_000;
    private static final int LOOKS_BEFORE_SLEEP = 100;

    private volatile @Nullable Thread thread;
    private volatile boolean asleep;
    private volatile boolean stopped;

    /** Something may be waiting. Any thread. */
    void nudge() {
      @Nullable Thread running = thread;
      if (running == null) {
        start();
      } else if (asleep || hasTwoWaiting() || failure.get() != null) {
        LockSupport.unpark(running);
      }
    }

    private synchronized void start() {
      if (thread == null && !stopped) {
        thread = Thread.ofPlatform().daemon().name("weft-comm-rank-" + rank).unstarted(this);
        thread.start();
      }
    }

    void stop() {
      stopped = true;
      @Nullable Thread running = thread;
      if (running != null) {
        LockSupport.unpark(running);
      }
    }

    private boolean hasTwoWaiting() {
      Iterator<Operation> waiting = queue.iterator();
      if (!waiting.hasNext()) {
        return false;
      }
      waiting.next();
      return waiting.hasNext();
    }

    @Override
    public void run() {
      @Nullable Operation seen = null;
      int quiet = 0;
      while (!stopped) {
        Operation head = queue.peek();
        boolean left = anyActive || failure.get() != null || (head != null && head == seen);
        if (isBusy() && (left || hasTwoWaiting()) && becomeDriver()) {
          try {
            driveAll();
          } finally {
            resign();
          }
          quiet = 0;
        }
        seen = queue.peek();
        long count = submissions.get();
        if (quiet < LOOKS_BEFORE_SLEEP) {
          LockSupport.parkNanos(LOOK_NANOS);
          quiet = submissions.get() == count ? quiet + 1 : 0;
        } else {
          asleep = true;
          if (!isBusy() && !stopped) {
            LockSupport.park();
          }
          asleep = false;
          quiet = 0;
        }
      }
    }
  }
}
