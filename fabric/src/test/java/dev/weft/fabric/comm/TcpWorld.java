package dev.weft.fabric.comm;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Worlds of TCP ranks inside this JVM: real sockets on loopback, ports that the kernel chooses. */
final class TcpWorld {

  private TcpWorld() {}

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  static List<Communicator> of(int size, Duration timeout) {
    JobSecret secret = JobSecret.random();
    try (var rendezvous = Rendezvous.open(anyPort(), size, secret)) {
      return join(rendezvous, size, secret, TcpOptions.defaults().withTimeout(timeout));
    }
  }

  static List<Communicator> join(
      Rendezvous rendezvous, int size, JobSecret secret, TcpOptions options) {
    List<Communicator> world = new ArrayList<>();
    for (Future<Communicator> each : joining(rendezvous, size, size, secret, options)) {
      try {
        world.add(each.get());
      } catch (ExecutionException | InterruptedException e) {
        throw new AssertionError("a rank did not join", e);
      }
    }
    return world;
  }

  /** The first {@code count} ranks, each of which has joined or failed to. */
  static List<Future<Communicator>> joining(
      Rendezvous rendezvous, int count, int size, JobSecret secret, TcpOptions options) {
    List<Future<Communicator>> joining = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int r = 0; r < count; r++) {
        int rank = r;
        joining.add(
            threads.submit(
                () -> TcpCommunicator.join(rendezvous.address(), rank, size, secret, options)));
      }
    }
    return joining;
  }
}
