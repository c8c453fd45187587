package dev.weft.fabric.comm;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * How a rank joins and waits. Immutable.
 *
 * @param timeout how long a collective may take; 30 minutes by default
 * @param joinTimeout how long ranks may take to come together; 5 minutes by default
 * @param bind the own address at which other ranks reach this one; by default the one from which it
 *     reached the rendezvous, so that with a rendezvous on loopback nothing listens elsewhere
 */
public record TcpOptions(Duration timeout, Duration joinTimeout, Optional<InetAddress> bind) {

  public TcpOptions {
    timeout = GroupCommunicator.checked(timeout);
    joinTimeout = GroupCommunicator.checked(joinTimeout);
  }

  /** What holds when nothing else is said. */
  public static TcpOptions defaults() {
    return new TcpOptions(
        GroupCommunicator.DEFAULT_TIMEOUT, Rendezvous.DEFAULT_TIMEOUT, Optional.empty());
  }

  /** With another time-out of collectives. */
  public TcpOptions withTimeout(Duration other) {
    return new TcpOptions(other, joinTimeout, bind);
  }

  /** With another time-out of joining. */
  public TcpOptions withJoinTimeout(Duration other) {
    return new TcpOptions(timeout, other, bind);
  }

  /** Listening at this address of the machine, which the other ranks must be able to reach. */
  public TcpOptions withBind(InetAddress address) {
    return new TcpOptions(timeout, joinTimeout, Optional.of(address));
  }
}
