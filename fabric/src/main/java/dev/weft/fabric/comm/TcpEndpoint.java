package dev.weft.fabric.comm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/** A rank that reaches the others through sockets. */
final class TcpEndpoint extends Endpoint {

  /** How long the control connection may take to say why a data connection has ended. */
  private static final long PATIENCE_NANOS = 500_000_000;

  private final Selector selector;
  private final List<TcpPeer> peers = new ArrayList<>();
  private final List<SocketChannel> channels = new ArrayList<>();
  private final ControlLines control;
  final Reduction reduction = new Reduction();
  private volatile boolean sleeping;

  TcpEndpoint(int rank, int size, TcpJoin.Links links) throws IOException {
    super(rank, size, 0);
    this.selector = Selector.open();
    for (int other = 0; other < size; other++) {
      if (other != rank) {
        SocketChannel channel = Objects.requireNonNull(links.data().get(other));
        keepAlive(channel);
        keepAlive(Objects.requireNonNull(links.control().get(other)));
        channels.add(channel);
        peers.add(new TcpPeer(rank, other, channel, channel.register(selector, 0)));
      }
    }
    this.control = new ControlLines(this, links.control());
    control.start();
  }

  /**
   * Lets the kernel notice a machine that has vanished (a process that has, closes its
   * connections): silent for 10 seconds, then no answer to three probes, 5 seconds apart.
   */
  private static void keepAlive(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
      channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 5);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
    }
  }

  @Override
  void calledBy(Thread thread) {}

  @Override
  Operation operation(Call call) {
    return switch (call.header().kind()) {
      case SEND -> new SendOperation(this, call, peer(call.header().root()));
      case RECV -> new ReceiveOperation(this, call, peer(call.header().root()));
      default -> new TcpOperation(this, call);
    };
  }

  @Override
  TcpPeer peer(int peerRank) {
    return peers.get(peerRank < rank ? peerRank : peerRank - 1);
  }

  /**
   * A rank that ends because of a failure passes it on, so it is known as soon as anything else.
   */
  @Override
  Failure first(Failure found) {
    return found;
  }

  @Override
  void tell(Failure why) {
    control.tellAll(why);
  }

  @Override
  void beforeSleep() {
    sleeping = true;
  }

  @Override
  void awake() {
    sleeping = false;
  }

  @Override
  void sleep(List<Operation> waiting, long nanos) {
    for (Operation operation : waiting) {
      if (operation instanceof TcpOperation collective) {
        collective.markInterests();
      } else {
        TcpPeer peer = peer(operation.call.header().root());
        peer.interest(!peer.hasMessage());
      }
      for (int rank : operation.waiting().ranks()) {
        peer(rank).throwIfBroken(PATIENCE_NANOS);
      }
    }
    try {
      selector.select(TimeUnit.NANOSECONDS.toMillis(nanos));
      selector.selectedKeys().clear();
      for (SelectionKey key : selector.keys()) {
        if (key.isValid()) {
          key.interestOps(0);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      sleeping = false;
    }
  }

  @Override
  void wake() {
    if (sleeping) {
      selector.wakeup();
    }
  }

  @Override
  void disconnect() {
    try {
      control.close(failure());
      for (SocketChannel channel : channels) {
        channel.close();
      }
      selector.close();
    } catch (IOException e) {
      // Nothing is left that could be lost.
    }
  }
}
