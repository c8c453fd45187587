package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Ranks that are threads of this JVM. They read and write each other's memory directly, so nothing
 * is copied that need not be, and a world is made in microseconds.
 *
 * <p>A rank belongs to the threads that call it. When the last thread that called it has ended and
 * its communicator was not closed, ranks that wait for it regard it as dead.
 *
 * {@snippet :
 * for (Communicator communicator : ThreadCommunicator.world(2)) {
 *   Thread.ofPlatform().start(() -> {
 *     try (communicator) {
 *       communicator.barrier().await();
 *     }
 *   });
 * }
 * }
 */
public final class ThreadCommunicator extends GroupCommunicator {

  private ThreadCommunicator(ThreadEndpoint endpoint, Duration timeout) {
    super(endpoint, timeout);
  }

  /** {@code size} ranks with the default time-out of 30 minutes; element r is for rank r. */
  public static List<Communicator> world(int size) {
    return world(size, DEFAULT_TIMEOUT);
  }

  /** {@code size} ranks whose calls may take {@code timeout}; element r is for rank r. */
  public static List<Communicator> world(int size, Duration timeout) {
    if (size < 1) {
      throw new IllegalArgumentException(text("world: %d ranks; at least 1 is needed", size));
    }
    List<Communicator> world = new ArrayList<>();
    for (ThreadEndpoint endpoint : ThreadEndpoint.world(size)) {
      world.add(new ThreadCommunicator(endpoint, timeout));
    }
    return List.copyOf(world);
  }
}
