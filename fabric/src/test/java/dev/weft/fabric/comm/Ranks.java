package dev.weft.fabric.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Runs one body per rank of a world, each on a thread of its own, and tells how each of them ended.
 */
final class Ranks {

  private Ranks() {}

  /** What a rank does; it may throw anything. */
  interface Body<T> {
    T run(Communicator communicator) throws Exception;
  }

  /** What a rank does when nothing comes out of it. */
  interface Action {
    void run(Communicator communicator) throws Exception;
  }

  /** How a rank ended: with a value or an exception. */
  record Outcome<T>(int rank, Optional<T> value, Optional<Throwable> thrown) {

    CollectiveException collectiveException() {
      Throwable e = thrown.orElseThrow(() -> new AssertionError("rank " + rank + " did not throw"));
      if (e instanceof CollectiveException collective) {
        return collective;
      }
      throw new AssertionError("rank " + rank + " threw something else", e);
    }
  }

  /** The values of all ranks; fails when one of them throws. Communicators are closed. */
  static <T> List<T> all(List<Communicator> world, Body<T> body) {
    List<T> values = new ArrayList<>();
    for (Outcome<T> outcome : outcomes(world, body)) {
      outcome
          .thrown()
          .ifPresent(
              e -> {
                throw new AssertionError("rank " + outcome.rank() + " threw", e);
              });
      values.add(outcome.value().orElseThrow());
    }
    return values;
  }

  static void run(List<Communicator> world, Action action) {
    all(
        world,
        communicator -> {
          action.run(communicator);
          return true;
        });
  }

  /** How all ranks ended. As a launcher does, a rank that throws tells the others. */
  static <T> List<Outcome<T>> outcomes(List<Communicator> world, Body<T> body) {
    List<Outcome<T>> outcomes = new ArrayList<>();
    for (Communicator communicator : world) {
      outcomes.add(new Outcome<>(communicator.rank(), Optional.empty(), Optional.empty()));
    }
    var finished = new CountDownLatch(world.size());
    for (Communicator communicator : world) {
      int rank = communicator.rank();
      Thread.ofPlatform()
          .daemon()
          .name("rank-" + rank)
          .start(
              () -> {
                try (communicator) {
                  try {
                    T value = body.run(communicator);
                    record(outcomes, new Outcome<>(rank, Optional.of(value), Optional.empty()));
                  } catch (Throwable e) {
                    communicator.abort(e);
                    throw e;
                  }
                } catch (Throwable e) {
                  record(outcomes, new Outcome<>(rank, Optional.empty(), Optional.of(e)));
                } finally {
                  finished.countDown();
                }
              });
    }
    try {
      finished.await();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted: the ranks did not end in time", e);
    }
    synchronized (outcomes) {
      return List.copyOf(outcomes);
    }
  }

  private static <T> void record(List<Outcome<T>> outcomes, Outcome<T> outcome) {
    synchronized (outcomes) {
      outcomes.set(outcome.rank(), outcome);
    }
  }
}
