package dev.weft.fabric.comm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Listens for connections, lets members of the job in and keeps everybody else out.
 *
 * <p>One thread serves all connections and never waits for one of them. A connection that has not
 * proved itself may hold {@value Handshake#PROOF_BYTES} bytes for five seconds; when there are too
 * many of them, the oldest goes. So strangers, whatever they send or do not send, cost little and
 * delay nobody.
 */
abstract class Doorkeeper implements AutoCloseable {

  private static final Duration HANDSHAKE_TIME = Duration.ofSeconds(5);
  private static final int MOST_STRANGERS = 256;
  private static final long TICK_MILLIS = 100;

  private final JobSecret secret;
  private final ServerSocketChannel door;
  private final Selector selector;
  private final Thread thread;

  /** Connections that have not proved themselves, oldest first. */
  private final Set<Stranger> strangers = new LinkedHashSet<>();

  private volatile boolean closing;

  /** Listens at {@code address}; {@link #open} starts it. */
  Doorkeeper(String name, InetSocketAddress address, JobSecret secret) throws IOException {
    this.secret = secret;
    this.selector = Selector.open();
    ServerSocketChannel opened = ServerSocketChannel.open();
    try {
      opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      opened.bind(address, MOST_STRANGERS);
      opened.configureBlocking(false);
      opened.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException | RuntimeException e) {
      opened.close();
      selector.close();
      throw e;
    }
    this.door = opened;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::serve);
  }

  /**
   * A member has come in; the channel is non-blocking and from now on yours. On the door's thread.
   */
  abstract void welcome(SocketChannel channel, Handshake.Claim claim) throws IOException;

  /** A chance to look at the clock, about ten times a second. On the door's thread. */
  abstract void tick();

  /** A channel that was registered with {@link #watch} is ready. On the door's thread. */
  abstract void ready(SelectionKey key);

  /** The last call on the door's thread, after it was told to close; the selector is still open. */
  abstract void leave();

  final void open() {
    thread.start();
  }

  final InetSocketAddress address() {
    try {
      return (InetSocketAddress) door.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has {@link #ready} called for it. On the door's thread. */
  final void watch(SocketChannel channel, int interests, Object attachment) throws IOException {
    channel.register(selector, interests, attachment);
  }

  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve() {
    try (selector;
        door) {
      while (!closing) {
        selector.select(TICK_MILLIS);
        for (SelectionKey key : drainSelected()) {
          serve(key);
        }
        dropLate();
        tick();
      }
      leave();
    } catch (IOException | ClosedSelectorException e) {
      // The selector itself has failed; joining ranks see their connections end.
    } finally {
      List.copyOf(strangers).forEach(Stranger::drop);
    }
  }

  private List<SelectionKey> drainSelected() {
    List<SelectionKey> keys = new ArrayList<>(selector.selectedKeys());
    selector.selectedKeys().clear();
    return keys;
  }

  private void serve(SelectionKey key) {
    try {
      if (key.channel() == door) {
        accept();
      } else if (key.attachment() instanceof Stranger stranger) {
        stranger.serve();
      } else {
        ready(key);
      }
    } catch (CancelledKeyException e) {
      // It was closed while an earlier key was served.
    }
  }

  private void accept() {
    Optional<SocketChannel> caller = Optional.empty();
    try {
      caller = Optional.ofNullable(door.accept());
      if (caller.isPresent()) {
        if (strangers.size() >= MOST_STRANGERS) {
          strangers.iterator().next().drop();
        }
        strangers.add(new Stranger(caller.get()));
      }
    } catch (IOException e) {
      // Out of file descriptors, most likely: make room, and let a later round try again.
      caller.ifPresent(Doorkeeper::closeQuietly);
      Iterator<Stranger> oldest = strangers.iterator();
      if (oldest.hasNext()) {
        oldest.next().drop();
      }
      LockSupport.parkNanos(1_000_000); // the door stays ready; do not spin on it
    }
  }

  private void dropLate() {
    for (Stranger stranger : List.copyOf(strangers)) {
      if (System.nanoTime() - stranger.since < HANDSHAKE_TIME.toNanos()) {
        return; // they are in order of arrival
      }
      stranger.drop();
    }
  }

  static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  /** A connection before it has proved anything. */
  private final class Stranger {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final long since = System.nanoTime();
    private final Handshake.Listener listener = new Handshake.Listener(secret);
    private final ByteBuffer proof = ByteBuffer.allocate(Handshake.PROOF_BYTES);

    Stranger(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      this.key = channel.register(selector, SelectionKey.OP_READ, this);
      channel.write(listener.greeting()); // fits into any empty send buffer
    }

    void serve() {
      try {
        int count = channel.read(proof);
        if (count < 0) {
          drop();
        } else if (!proof.hasRemaining()) {
          judge();
        }
      } catch (IOException e) {
        drop();
      }
    }

    private void judge() throws IOException {
      Optional<Handshake.Claim> claim = listener.check(proof.array());
      if (claim.isEmpty()) {
        channel.write(Handshake.Listener.refused());
        drop();
        return;
      }
      channel.write(listener.accepted(proof.array()));
      strangers.remove(this);
      key.attach(claim);
      key.interestOps(0);
      welcome(channel, claim.get());
    }

    void drop() {
      strangers.remove(this);
      closeQuietly(channel);
    }
  }
}
