package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The second connection to every other rank, on which nothing is said but "goodbye" and "it has
 * failed, because …". Nothing is queued on it, so a dead peer is noticed at once, also while this
 * rank computes, and a failure overtakes the data. A rank whose line ends without either has died.
 *
 * <p>One thread per rank does all its input and output; a thread that was interrupted would close
 * the sockets it touches.
 */
final class ControlLines implements Runnable {

  private static final byte GOODBYE = 1;
  private static final byte FAILED = 2;
  private static final int MOST_BYTES = 2 * Failure.MAX_BYTES;

  /**
   * How long a rank that ends waits for its last words to leave; a healthy connection takes
   * microseconds.
   */
  private static final long LAST_WORDS_MILLIS = 1000;

  private final TcpEndpoint endpoint;
  private final Selector selector;
  private final List<Line> lines = new ArrayList<>();
  private final Thread thread;
  private volatile Optional<byte[]> lastWords = Optional.empty();
  private volatile boolean closing;
  private final CountDownLatch said = new CountDownLatch(1);

  ControlLines(TcpEndpoint endpoint, Map<Integer, SocketChannel> channels) throws IOException {
    this.endpoint = endpoint;
    this.selector = Selector.open();
    for (Map.Entry<Integer, SocketChannel> each : channels.entrySet()) {
      lines.add(new Line(each.getKey(), each.getValue()));
    }
    this.thread =
        Thread.ofPlatform().daemon().name("weft-control-rank-" + endpoint.rank).unstarted(this);
  }

  void start() {
    thread.start();
  }

  /** Tells all others; returns when that is on its way, so that this process may end. */
  void tellAll(Failure why) {
    say(FAILED, why.encode());
  }

  /** Goodbye, or why not; then the lines are closed. */
  void close(Optional<Failure> failure) {
    if (failure.isEmpty()) {
      say(GOODBYE, new byte[0]);
    } else {
      tellAll(failure.get());
    }
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

  private void say(byte type, byte[] body) {
    synchronized (this) {
      if (lastWords.isEmpty()) { // the first cause is the one that counts
        byte[] words = new byte[1 + 4 + body.length];
        ByteBuffer.wrap(words).put(type).putInt(body.length).put(body);
        lastWords = Optional.of(words);
      }
    }
    if (Thread.currentThread() == thread) {
      writeAll();
      return;
    }
    selector.wakeup();
    boolean interrupted = Thread.interrupted();
    try {
      said.await(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    try (selector) {
      while (!closing) {
        selector.select();
        List<Integer> dead = new ArrayList<>();
        // Reports that name a cause come before ends that only show that there was one.
        for (SelectionKey key : selector.selectedKeys()) {
          Line line = (Line) key.attachment();
          if (key.isValid() && key.isReadable() && !line.read()) {
            dead.add(line.rank);
          }
        }
        selector.selectedKeys().clear();
        if (!dead.isEmpty()) {
          endpoint.fail(Failure.died(dead));
        }
        writeAll();
      }
    } catch (IOException | ClosedSelectorException e) {
      endpoint.adopt(Failure.aborted(endpoint.rank, e));
    } finally {
      said.countDown();
      lines.forEach(line -> Doorkeeper.closeQuietly(line.channel));
    }
  }

  private void writeAll() {
    Optional<byte[]> words = lastWords;
    if (words.isPresent()) {
      boolean all = true;
      for (Line line : lines) {
        all &= line.write(words.get());
      }
      if (all) {
        said.countDown();
      }
    }
  }

  /** The line to one other rank. */
  private final class Line {
    private final int rank;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer head = ByteBuffer.allocate(1 + 4);
    private Optional<ByteBuffer> body = Optional.empty();
    private Optional<ByteBuffer> out = Optional.empty();

    Line(int rank, SocketChannel channel) throws IOException {
      this.rank = rank;
      this.channel = channel;
      this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Takes in what it says; false when it has ended without a word. */
    boolean read() {
      try {
        while (true) {
          ByteBuffer in = head.hasRemaining() ? head : body();
          int count = channel.read(in);
          if (count < 0) {
            key.cancel();
            return false;
          }
          if (in.hasRemaining()) {
            return true;
          }
          if (in == head && body().hasRemaining()) {
            continue;
          }
          hear(head.get(0), body().array());
          key.cancel(); // nothing follows
          return true;
        }
      } catch (IOException | IllegalArgumentException e) {
        key.cancel();
        return false;
      }
    }

    private ByteBuffer body() {
      if (body.isEmpty()) {
        int length = head.getInt(1);
        if (length < 0 || length > MOST_BYTES) {
          throw new IllegalArgumentException(text("a message of %d bytes", length));
        }
        body = Optional.of(ByteBuffer.allocate(length));
      }
      return body.get();
    }

    private void hear(byte type, byte[] message) {
      switch (type) {
        case GOODBYE -> {
          endpoint.peer(rank).leaves();
          endpoint.wake();
        }
        case FAILED -> endpoint.adopt(Failure.decode(message));
        default -> throw new IllegalArgumentException(text("a message of type %d", type));
      }
    }

    /** Writes what the socket takes; true when nothing is left to say. */
    boolean write(byte[] words) {
      if (out.isEmpty()) {
        out = Optional.of(ByteBuffer.wrap(words));
      }
      ByteBuffer rest = out.get();
      try {
        channel.write(rest);
        if (rest.hasRemaining() && key.isValid()) {
          key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
        return !rest.hasRemaining();
      } catch (IOException e) {
        return true; // nobody listens any more
      }
    }
  }
}
