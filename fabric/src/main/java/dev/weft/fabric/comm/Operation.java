package dev.weft.fabric.comm;

import java.util.List;
import java.util.Optional;

/**
 * One call on its way: a state machine that its {@link Endpoint} moves along, and the {@link Work}
 * its caller waits for. Only the endpoint's driver touches it, except where noted.
 */
abstract class Operation implements Work {

  final Call call;
  final Guard guard = new Guard();
  private final Endpoint endpoint;
  private long startedNanos;
  private Optional<Failure> failure = Optional.empty();
  private volatile boolean done;

  Operation(Endpoint endpoint, Call call) {
    this.endpoint = endpoint;
    this.call = call;
  }

  /** It is at the head of the queue: tell the other ranks. */
  abstract void begin();

  /** Moves what can be moved without waiting; true when something was. */
  abstract boolean advance();

  /** Whether this rank owes and expects nothing more. */
  abstract boolean isSettled();

  /** The ranks it waits for, and for what, such as "ranks [2] have not arrived". */
  abstract Waiting waiting();

  /** See {@link #waiting}. */
  record Waiting(List<Integer> ranks, String reason) {}

  final void start() {
    startedNanos = System.nanoTime();
    begin();
  }

  /** How long it has been under way. */
  final long elapsedNanos() {
    return System.nanoTime() - startedNanos;
  }

  /**
   * Hands the result to whoever waits. May be called before it is settled, when the caller's memory
   * is free again.
   */
  final void complete() {
    if (!done) {
      call.finish();
      end();
    }
  }

  final void fail(Failure why) {
    if (!done) {
      guard.shut();
      failure = Optional.of(why);
      end();
    }
  }

  private void end() {
    call.release();
    synchronized (this) {
      done = true;
      notifyAll();
    }
  }

  /** Waits a little for somebody else to complete it. Any thread. */
  @SuppressWarnings("WaitNotInLoop") // its callers loop
  final void pause() throws InterruptedException {
    synchronized (this) {
      if (!done) {
        // A bound only in case the one who moves it along gives up that role; see Endpoint.await.
        wait(5);
      }
    }
  }

  @Override
  public final boolean isDone() {
    return done;
  }

  @Override
  public final void await() {
    endpoint.await(this);
    if (failure.isPresent()) {
      throw failure.get().exception(call.header().toString(), endpoint.rank);
    }
  }
}
