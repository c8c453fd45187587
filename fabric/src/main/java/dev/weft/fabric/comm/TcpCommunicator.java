package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Ranks that are processes, on one machine or several, connected by TCP: every rank to every other.
 *
 * <p>Each connection begins with a mutual proof of the job's secret, before anything else is read
 * from it. Nothing listens any more once all ranks have joined. What ranks send to each other is
 * not encrypted: use it inside one machine or a network that you trust.
 *
 * <p>A rank whose process ends without {@link #close} is noticed at once, because the kernel closes
 * its connections; a machine that vanishes from the network is noticed by TCP's keep-alive probes
 * and at the latest by the time-out.
 *
 * {@snippet :
 * try (var communicator = TcpCommunicator.join(rendezvous, rank, size, secret, TcpOptions.defaults())) {
 *   communicator.allReduce(gradient, ReduceOp.MEAN).await();
 * }
 * }
 */
public final class TcpCommunicator extends GroupCommunicator {

  private TcpCommunicator(TcpEndpoint endpoint, TcpOptions options) {
    super(endpoint, options.timeout());
  }

  /**
   * Connects this rank with all others; returns when all ranks have done so.
   *
   * @param rendezvous where the {@link Rendezvous} of the job listens; it may come up later
   * @param rank this rank's number, from 0
   * @param size how many ranks there are
   * @throws CollectiveException naming the ranks that did not join, or what is wrong with the
   *     rendezvous
   */
  public static TcpCommunicator join(
      InetSocketAddress rendezvous, int rank, int size, JobSecret secret, TcpOptions options) {
    if (rank < 0 || rank >= size) {
      throw new IllegalArgumentException(
          text("join: rank %d is not among the %d ranks", rank, size));
    }
    TcpJoin.Links links = TcpJoin.join(rendezvous, rank, size, secret, options);
    try {
      return new TcpCommunicator(new TcpEndpoint(rank, size, links), options);
    } catch (IOException e) {
      links.data().values().forEach(Doorkeeper::closeQuietly);
      links.control().values().forEach(Doorkeeper::closeQuietly);
      throw TcpJoin.failed(text("join of rank %d: %s", rank, Text.reason(e)), e);
    }
  }

  /** {@link #join(InetSocketAddress, int, int, JobSecret, TcpOptions)} with default options. */
  public static TcpCommunicator join(
      InetSocketAddress rendezvous, int rank, int size, JobSecret secret) {
    return join(rendezvous, rank, size, secret, TcpOptions.defaults());
  }
}
