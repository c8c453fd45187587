package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.fabric.comm.CollectiveException.Kind;
import dev.weft.fabric.comm.Handshake.Claim;
import dev.weft.fabric.comm.Handshake.Purpose;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A rank on its way into a world: it reports to the rendezvous, learns where the others listen,
 * calls those with lower numbers, is called by those with higher ones, and waits until all are
 * connected.
 */
final class TcpJoin implements AutoCloseable {

  /** Two connections to each other rank: one for collectives, one for goodbyes and failures. */
  record Links(Map<Integer, SocketChannel> data, Map<Integer, SocketChannel> control) {}

  private static final Duration HANDSHAKE_TIME = Duration.ofSeconds(5);
  private static final long RETRY_NANOS = 20_000_000;

  /**
   * The rendezvous reports missing ranks when the time is over; this is how much longer to wait for
   * it.
   */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** The longest message of the rendezvous: addresses of a million ranks. */
  private static final int MOST_BYTES = 1_000_000 * Handshake.ADDRESS_BYTES;

  private final InetSocketAddress rendezvous;
  private final int rank;
  private final int size;
  private final JobSecret secret;
  private final TcpOptions options;
  private final long deadline;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Optional<SocketChannel> desk = Optional.empty();
  private Optional<Listener> listener = Optional.empty();

  private TcpJoin(
      InetSocketAddress rendezvous, int rank, int size, JobSecret secret, TcpOptions options) {
    this.rendezvous = rendezvous;
    this.rank = rank;
    this.size = size;
    this.secret = secret;
    this.options = options;
    this.deadline = System.nanoTime() + options.joinTimeout().toNanos();
  }

  /** Connects this rank with all others; throws a {@link CollectiveException} when that fails. */
  static Links join(
      InetSocketAddress rendezvous, int rank, int size, JobSecret secret, TcpOptions options) {
    var join = new TcpJoin(rendezvous, rank, size, secret, options);
    try {
      return join.run();
    } catch (IOException e) {
      join.close();
      throw failed(text("join of rank %d: %s", rank, Text.reason(e)), e);
    } catch (RuntimeException | Error e) {
      join.close();
      throw e;
    }
  }

  static CollectiveException failed(String message, Throwable cause) {
    return new CollectiveException(
        message, new Failure(Kind.JOIN, List.of(), message, Optional.of(cause)));
  }

  private Links run() throws IOException {
    if (rendezvous.isUnresolved()) {
      throw new IOException(
          text("the address of the rendezvous, %s, is unknown", rendezvous.getHostString()));
    }
    SocketChannel toRendezvous = call(rendezvous, this::report);
    desk = Optional.of(toRendezvous);
    List<InetSocketAddress> addresses = addresses(toRendezvous);
    Listener door = listener.orElseThrow();

    Map<Integer, SocketChannel> data = new HashMap<>();
    Map<Integer, SocketChannel> control = new HashMap<>();
    for (int lower = 0; lower < rank; lower++) {
      InetSocketAddress there = addresses.get(lower);
      Claim forData = new Claim(Purpose.DATA, rank, size, lower, there);
      Claim forControl = new Claim(Purpose.CONTROL, rank, size, lower, there);
      data.put(lower, call(there, _ -> forData));
      control.put(lower, call(there, _ -> forControl));
    }
    while (data.size() < size - 1 || control.size() < size - 1) {
      Optional<Arrival> arrival = door.next();
      if (arrival.isPresent()) {
        keep(arrival.get().channel());
        (arrival.get().claim().purpose() == Purpose.DATA ? data : control)
            .put(arrival.get().claim().rank(), arrival.get().channel());
      } else {
        throwIfOver();
      }
    }
    write(toRendezvous, ByteBuffer.wrap(new byte[] {Rendezvous.READY}), endOfJoin());
    expect(toRendezvous, Rendezvous.GO);
    door.close();
    toRendezvous.close();
    return new Links(data, control);
  }

  /** Opens the own door at the address from which the rendezvous was reached, and tells it. */
  private Claim report(SocketChannel toRendezvous) throws IOException {
    if (listener.isEmpty()) {
      InetAddress own =
          options.bind().orElse(((InetSocketAddress) toRendezvous.getLocalAddress()).getAddress());
      Listener door = new Listener(new InetSocketAddress(own, 0));
      opened.add(door);
      door.open();
      listener = Optional.of(door);
    }
    return new Claim(Purpose.JOIN, rank, size, Claim.RENDEZVOUS, listener.orElseThrow().address());
  }

  // ---- the rendezvous

  private List<InetSocketAddress> addresses(SocketChannel from) throws IOException {
    ByteBuffer table = ByteBuffer.wrap(expect(from, Rendezvous.TABLE));
    List<InetSocketAddress> addresses = new ArrayList<>();
    while (table.remaining() >= Handshake.ADDRESS_BYTES) {
      addresses.add(
          Handshake.getAddress(table)
              .orElseThrow(
                  () -> new IOException("the rendezvous sent something else than addresses")));
    }
    if (addresses.size() != size) {
      throw new IOException(
          text("the rendezvous sent %d addresses for %d ranks", addresses.size(), size));
    }
    return addresses;
  }

  /** The body of the next message of the rendezvous, which must be of this type. */
  private byte[] expect(SocketChannel from, byte wanted) throws IOException {
    ByteBuffer head = read(from, 1 + 4, endOfJoin());
    byte type = head.get();
    int length = head.getInt();
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException(text("the rendezvous sent a message of %d bytes", length));
    }
    byte[] body = read(from, length, endOfJoin()).array();
    if (type == Rendezvous.FAIL) {
      throw new IOException(new String(body, StandardCharsets.UTF_8));
    }
    if (type != wanted) {
      throw new IOException(text("the rendezvous sent message %d instead of %d", type, wanted));
    }
    return body;
  }

  /** While this rank is busy with others: has the rendezvous given up, or the time? */
  private void throwIfOver() throws IOException {
    if (desk.isPresent()) {
      ByteBuffer type = ByteBuffer.allocate(1);
      int count = desk.get().read(type);
      if (count < 0) {
        throw new EOFException("the rendezvous has ended");
      }
      if (count > 0) {
        int length = read(desk.get(), 4, endOfJoin()).getInt();
        byte[] reason = read(desk.get(), Math.clamp(length, 0, MOST_BYTES), endOfJoin()).array();
        throw new IOException(new String(reason, StandardCharsets.UTF_8));
      }
    }
    if (System.nanoTime() - endOfJoin() > 0) {
      throw new SocketTimeoutException(
          "not all ranks could connect to each other within " + options.joinTimeout());
    }
  }

  // ---- other ranks

  /** What a caller says about itself, once it is connected. */
  private interface Introduction {
    Claim over(SocketChannel channel) throws IOException;
  }

  /** A connection to a member of the job; tries until it answers, since it may not be up yet. */
  private SocketChannel call(InetSocketAddress address, Introduction introduction)
      throws IOException {
    while (true) {
      SocketChannel channel = keep(SocketChannel.open());
      try {
        connect(channel, address);
        shakeHands(channel, introduction.over(channel));
        return channel;
      } catch (RefusedException e) {
        throw e;
      } catch (IOException e) {
        opened.remove(channel);
        channel.close();
        throwIfOver();
        pauseOrGiveUp(address, e);
      }
    }
  }

  private void connect(SocketChannel channel, InetSocketAddress address) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    if (!channel.connect(address)) {
      await(channel, SelectionKey.OP_CONNECT, handshakeEnd());
      channel.finishConnect();
    }
    if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
      // TCP can connect a port to itself when nobody listens there and callers may use it.
      throw new IOException("nobody listens");
    }
  }

  private void pauseOrGiveUp(InetSocketAddress address, IOException why) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("interrupted", why);
    }
    if (System.nanoTime() - deadline > 0) {
      throw new IOException(
          text(
              "no member of this job answers at %s within %s: %s",
              address, options.joinTimeout(), Text.reason(why)),
          why);
    }
    LockSupport.parkNanos(RETRY_NANOS);
  }

  private record Arrival(SocketChannel channel, Claim claim) {}

  /** Lets the ranks with higher numbers in, once for each use. */
  private final class Listener extends Doorkeeper {
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final List<Claim> known = new ArrayList<>();

    Listener(InetSocketAddress address) throws IOException {
      super("weft-join-rank-" + rank, address, secret);
    }

    @Override
    void welcome(SocketChannel channel, Claim claim) {
      boolean expected =
          claim.purpose() != Purpose.JOIN
              && claim.target() == rank
              && claim.size() == size
              && claim.rank() > rank
              && claim.rank() < size
              && !known.contains(claim);
      if (!expected) {
        closeQuietly(channel);
        return;
      }
      known.add(claim);
      arrivals.add(new Arrival(channel, claim));
    }

    /** The next one, if one comes soon. */
    Optional<Arrival> next() throws IOException {
      try {
        return Optional.ofNullable(arrivals.poll(50, TimeUnit.MILLISECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    @Override
    void tick() {}

    @Override
    void ready(SelectionKey key) {}

    @Override
    void leave() {}
  }

  // ---- bytes, with a time limit

  /** The other side knows another secret. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  private void shakeHands(SocketChannel channel, Claim claim) throws IOException {
    long end = handshakeEnd();
    var caller = new Handshake.Caller(secret, claim);
    byte[] greeting = read(channel, Handshake.GREETING_BYTES, end).array();
    write(channel, caller.proof(greeting), end);
    byte[] verdict = read(channel, Handshake.VERDICT_BYTES, end).array();
    if (!caller.isAccepted(greeting, verdict)) {
      throw new RefusedException(
          text("%s and this rank do not know the same job secret", channel.getRemoteAddress()));
    }
  }

  private long handshakeEnd() {
    return System.nanoTime() + HANDSHAKE_TIME.toNanos();
  }

  private long endOfJoin() {
    return deadline + GRACE.toNanos();
  }

  private static ByteBuffer read(SocketChannel channel, int count, long end) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(count);
    while (in.hasRemaining()) {
      int got = channel.read(in);
      if (got < 0) {
        throw new EOFException(text("%s hung up", channel.getRemoteAddress()));
      }
      if (got == 0) {
        await(channel, SelectionKey.OP_READ, end);
      }
    }
    return in.flip();
  }

  private static void write(SocketChannel channel, ByteBuffer out, long end) throws IOException {
    while (out.hasRemaining()) {
      if (channel.write(out) == 0) {
        await(channel, SelectionKey.OP_WRITE, end);
      }
    }
  }

  private static void await(SocketChannel channel, int operation, long end) throws IOException {
    try (Selector selector = Selector.open()) {
      channel.register(selector, operation);
      long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      int ready = selector.select(Math.max(1, millis));
      if (Thread.currentThread().isInterrupted()) {
        throw new IOException("interrupted");
      }
      if (ready == 0 && System.nanoTime() - end >= 0) {
        throw new SocketTimeoutException("no answer in time");
      }
    }
  }

  private SocketChannel keep(SocketChannel channel) {
    opened.add(channel);
    return channel;
  }

  /** Undoes everything. */
  @Override
  public void close() {
    for (AutoCloseable each : opened) {
      try {
        each.close();
      } catch (Exception e) {
        // It is being thrown away; the failure that led here is what counts.
      }
    }
  }
}
