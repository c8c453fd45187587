package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.fabric.comm.Header.Kind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The data connection to another rank: headers and elements, in the order of the calls, never
 * waiting for the other side. Only the endpoint's driver touches it.
 */
final class TcpPeer extends Peer {

  private static final int IN_BYTES = 64 * 1024;

  /** Fewer bytes than this come through the buffer, together with the header before them. */
  private static final int DIRECT_BYTES = 16 * 1024;

  /** A ByteBuffer addresses less than 2 GiB. */
  private static final long MOST_BYTES_AT_ONCE = 1 << 30;

  /** The JDK copies heap memory through a buffer of this size, which it keeps for the thread. */
  private static final long MOST_HEAP_BYTES_AT_ONCE = 1 << 20;

  /**
   * Contributions of one peer that may wait for those of others; a power of two. Measured on
   * all-reduces of 64 MiB between two processes on a busy machine: 256 KiB 62-150 ms, 512 KiB 47-58
   * ms, 1 MiB 37-55 ms. (Larger socket buffers than the kernel chooses by itself gained nothing.)
   */
  static final int RING_BYTES = 1 << 20;

  private static final int SMALL_RING_BYTES = 32 * 1024;

  private final SocketChannel channel;
  private final SelectionKey key;

  /** What has been read and not used yet; always ready to be read from. */
  private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES).flip();

  private final MemorySegment inMemory = MemorySegment.ofBuffer(in.duplicate().clear());
  private final Deque<ByteBuffer> out = new ArrayDeque<>();
  private Optional<Header> next = Optional.empty();
  private MemorySegment ring = MemorySegment.NULL;
  private boolean ended;
  private Optional<IOException> broken = Optional.empty();
  private long brokenNanos;
  private volatile boolean left;

  /** Receives whose data are announced to come, in order; the first may be under way. */
  private final Deque<ReceiveOperation> fetching = new ArrayDeque<>();

  private boolean fetchingFirst;
  private long fetched;

  /** Sends whose data stand in {@link #out}, and what comes after them. */
  private final Deque<SendOperation> sending = new ArrayDeque<>();

  private final Deque<ByteBuffer> lastOfSending = new ArrayDeque<>();

  TcpPeer(int ownRank, int rank, SocketChannel channel, SelectionKey key) {
    super(ownRank, rank);
    this.channel = channel;
    this.key = key;
  }

  // ---- out

  /**
   * Puts a header, and some bytes with it that the caller may change at once, behind what is to go
   * out.
   */
  void sendSmall(Header header, MemorySegment data, long offset, long length) {
    ByteBuffer buffer = ByteBuffer.allocate(Header.BYTES + Math.toIntExact(length));
    header.put(buffer);
    if (length > 0) {
      MemorySegment.copy(data, offset, MemorySegment.ofArray(buffer.array()), Header.BYTES, length);
    }
    out.add(buffer.position(0).limit(Header.BYTES + (int) length));
  }

  /** Puts bytes behind what is to go out. They must stay as they are until {@link #isFlushed}. */
  void send(MemorySegment data, long offset, long length) {
    long most = mostAtOnce(data);
    for (long done = 0; done < length; done += most) {
      long n = Math.min(most, length - done);
      out.add(data.asSlice(offset + done, n).asByteBuffer());
    }
  }

  private static long mostAtOnce(MemorySegment memory) {
    return memory.isNative() ? MOST_BYTES_AT_ONCE : MOST_HEAP_BYTES_AT_ONCE;
  }

  boolean isFlushed() {
    return out.isEmpty();
  }

  /** Writes what the socket takes; true when that was something. */
  boolean flush() {
    boolean moved = false;
    while (!out.isEmpty() && broken.isEmpty()) {
      ByteBuffer first = out.getFirst();
      try {
        long count = out.size() == 1 ? channel.write(first) : channel.write(outArray());
        if (count == 0) {
          return moved;
        }
        moved = true;
      } catch (IOException e) {
        breaks(e);
        return moved;
      }
      while (!out.isEmpty() && !out.getFirst().hasRemaining()) {
        ByteBuffer gone = out.removeFirst();
        if (gone == lastOfSending.peekFirst()) {
          lastOfSending.removeFirst();
          sending.removeFirst().taken();
        }
      }
    }
    return moved;
  }

  private ByteBuffer[] outArray() {
    return out.stream().limit(16).toArray(ByteBuffer[]::new); // more gain nothing
  }

  // ---- in

  /** Reads ahead into the buffer when no whole header is there; true when bytes came. */
  boolean fill() {
    if (next.isPresent() || in.remaining() >= Header.BYTES || ended || broken.isPresent()) {
      return false;
    }
    in.compact();
    try {
      int count = channel.read(in);
      ended |= count < 0;
      return count > 0;
    } catch (IOException e) {
      breaks(e);
      return false;
    } finally {
      in.flip();
    }
  }

  /** Moves up to {@code length} bytes to {@code to}; returns how many came. */
  long receive(MemorySegment to, long offset, long length) {
    long moved = 0;
    if (in.hasRemaining()) {
      moved = Math.min(in.remaining(), length);
      MemorySegment.copy(inMemory, in.position(), to, offset, moved);
      in.position(in.position() + (int) moved);
    }
    if (moved == length || ended || broken.isPresent()) {
      return moved;
    }
    long rest = length - moved;
    try {
      if (rest < DIRECT_BYTES) {
        in.compact();
        int count;
        try {
          count = channel.read(in);
        } finally {
          in.flip();
        }
        ended |= count < 0;
        long more = Math.min(Math.max(0, count), rest);
        MemorySegment.copy(inMemory, in.position(), to, offset + moved, more);
        in.position(in.position() + (int) more);
        return moved + more;
      }
      long n = Math.min(rest, mostAtOnce(to));
      int count = channel.read(to.asSlice(offset + moved, n).asByteBuffer());
      ended |= count < 0;
      return moved + Math.max(0, count);
    } catch (IOException e) {
      breaks(e);
      return moved;
    }
  }

  /**
   * Scratch memory for contributions of {@code bytes} bytes, of which it holds as many as it can.
   */
  MemorySegment ring(long bytes) {
    long needed = Math.min(bytes, RING_BYTES);
    if (ring.byteSize() < needed) {
      // Small calls do not pay for a large ring. Each call starts with an empty one.
      long size = needed <= SMALL_RING_BYTES ? SMALL_RING_BYTES : RING_BYTES;
      ring = Arena.ofAuto().allocate(size, 64);
    }
    return ring;
  }

  // ---- the end of it

  private void breaks(IOException why) {
    broken = Optional.of(why);
    brokenNanos = System.nanoTime();
  }

  /**
   * Throws when the connection has failed and, after some time, the control connection has not said
   * why: normally that names the cause first.
   */
  void throwIfBroken(long patienceNanos) {
    if (hasLeft()) {
      throw new Broken(Failure.left(rank));
    }
    if (ended && broken.isEmpty() && !left) {
      breaks(new IOException("the connection was closed"));
    }
    if (broken.isPresent() && System.nanoTime() - brokenNanos > patienceNanos) {
      throw new Broken(
          Failure.of(
              CollectiveException.Kind.DIED,
              List.of(rank),
              text("the connection to rank %d broke: %s", rank, Text.reason(broken.get()))));
    }
  }

  /** It said goodbye. Any thread. */
  void leaves() {
    left = true;
  }

  @Override
  boolean hasLeft() {
    return left && (ended || broken.isPresent());
  }

  /** Which readiness of the socket the driver waits for. */
  void interest(boolean wantsToRead) {
    boolean read = wantsToRead && !ended && broken.isEmpty();
    boolean write = !out.isEmpty() && broken.isEmpty();
    if (key.isValid()) {
      key.interestOps((read ? SelectionKey.OP_READ : 0) | (write ? SelectionKey.OP_WRITE : 0));
    }
  }

  // ---- messages

  @Override
  boolean hasMessage() {
    if (next.isEmpty() && !fetchingFirst && in.remaining() >= Header.BYTES) {
      next = Optional.of(Header.get(in));
    }
    return next.isPresent();
  }

  @Override
  Header message() {
    return next.orElseThrow();
  }

  @Override
  Header take() {
    Header taken = next.orElseThrow();
    next = Optional.empty();
    return taken;
  }

  // ---- sends and receives

  @Override
  void announce(Operation operation) {
    sendSmall(operation.call.header(), MemorySegment.NULL, 0, 0);
  }

  @Override
  void release(SendOperation send) {
    Header header = send.header();
    sendSmall(
        new Header(
            Kind.DATA,
            header.group(),
            0,
            header.dtype(),
            header.count(),
            Optional.empty(),
            rank,
            0),
        MemorySegment.NULL,
        0,
        0);
    send(send.data(), 0, send.data().byteSize());
    sending.add(send);
    lastOfSending.add(out.getLast());
  }

  @Override
  void fetch(ReceiveOperation receive, Message theirs) {
    fetching.add(receive);
  }

  @Override
  boolean owesData() {
    return !fetching.isEmpty();
  }

  @Override
  boolean moveData() {
    boolean moved = flush() | fill();
    while (!fetching.isEmpty()) {
      if (!fetchingFirst) {
        if (!hasMessage() || message().kind() != Kind.DATA) {
          return moved;
        }
        take();
        fetchingFirst = true;
        fetched = 0;
      }
      MemorySegment to = fetching.getFirst().call.out();
      long count = receive(to, fetched, to.byteSize() - fetched);
      fetched += count;
      moved |= count > 0;
      if (fetched < to.byteSize()) {
        return moved;
      }
      fetchingFirst = false;
      fetching.removeFirst().received();
      moved = true;
    }
    return moved;
  }
}
