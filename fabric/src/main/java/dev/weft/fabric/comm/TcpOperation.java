package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A collective over sockets. Each rank sends each other rank a header and then what that rank
 * needs; all connections move at once, in both directions, and nothing waits.
 *
 * <p>In a reduction each rank combines one part of the elements: the others send it their
 * contributions, which wait in rings until those of all ranks are there, and are then combined in
 * rank order, piece by piece. In an all-reduce each finished piece goes out at once, behind the own
 * contributions, so that both directions of every connection stay busy. Small ones are simpler:
 * every rank sends everything to all, and all combine everything in the same order.
 */
final class TcpOperation extends Operation {

  /**
   * Bytes that may go to all other ranks together before splitting the work pays (for two ranks, 32
   * KiB).
   */
  private static final int SMALL_BYTES = 32 * 1024;

  private final TcpEndpoint endpoint;
  private final Header header;
  private final int elementBytes;
  private final List<Side> sides = new ArrayList<>();

  /**
   * A reduction: the bytes that this rank combines, where they lie in its input and where they go.
   */
  private boolean combines;

  private boolean sharesResult;
  private long partBytes;
  private long partIn;
  private long partOut;
  private long combined;

  TcpOperation(TcpEndpoint endpoint, Call call) {
    super(endpoint, call);
    this.endpoint = endpoint;
    this.header = call.header();
    this.elementBytes = call.elementBytes();
  }

  /** What is exchanged with one other rank. */
  private final class Side {
    private final TcpPeer peer;
    private final int index;
    private boolean agreed;

    /**
     * First come contributions or whole results, then, in an all-reduce, the result of its part.
     */
    private MemorySegment target = MemorySegment.NULL;

    private long targetOffset;
    private long expected;
    private long received;
    private long resultOffset;
    private long resultExpected;
    private long resultReceived;

    Side(TcpPeer peer, int index) {
      this.peer = peer;
      this.index = index;
    }

    boolean isComplete() {
      return agreed && received == expected && resultReceived == resultExpected && peer.isFlushed();
    }

    /** Whether bytes from this rank can be put somewhere. */
    boolean canReceive() {
      return !agreed
          || (received < expected && (!combines || received - combined < TcpPeer.RING_BYTES))
          || (received == expected && resultReceived < resultExpected);
    }

    boolean advance() {
      boolean moved = peer.flush();
      if (!agreed) {
        moved |= peer.fill();
        if (!peer.agrees(header)) {
          return moved;
        }
        Header theirs = peer.take();
        agreed = true;
        moved = true;
        if (header.kind().movesBytes()) {
          receiveBytes(theirs.count());
        }
      }
      if (received < expected) {
        long count = combines ? receiveIntoRing() : receiveDirectly();
        received += count;
        moved |= count > 0;
      }
      if (received == expected && resultReceived < resultExpected) {
        long count =
            peer.receive(
                call.out(), resultOffset + resultReceived, resultExpected - resultReceived);
        resultReceived += count;
        moved |= count > 0;
      }
      return moved;
    }

    private long receiveDirectly() {
      return peer.receive(target, targetOffset + received, expected - received);
    }

    private long receiveIntoRing() {
      long free = TcpPeer.RING_BYTES - (received - combined);
      long at = received % TcpPeer.RING_BYTES;
      long n = Math.min(Math.min(free, TcpPeer.RING_BYTES - at), expected - received);
      return n == 0 ? 0 : peer.receive(peer.ring(partBytes), at, n);
    }

    private void receiveBytes(long count) {
      if (count > header.limit()) {
        throw new Broken(
            Failure.of(
                CollectiveException.Kind.MISMATCH,
                List.of(peer.rank),
                text("rank %d sends %d bytes, the limit is %d", peer.rank, count, header.limit())));
      }
      byte[] bytes = new byte[(int) count];
      call.gathered()[index] = bytes;
      target = MemorySegment.ofArray(bytes);
      expected = count;
    }
  }

  @Override
  void begin() {
    for (int i = 0; i < call.size(); i++) {
      if (i != call.index()) {
        sides.add(new Side(endpoint.peer(call.members().get(i)), i));
      }
    }
    switch (header.kind()) {
      case ALL_REDUCE -> beginAllReduce();
      case REDUCE_SCATTER -> beginReduceScatter();
      case ALL_GATHER -> beginAllGather();
      case REDUCE -> beginReduce();
      case BROADCAST -> beginBroadcast();
      case GATHER -> beginGather();
      case SCATTER -> beginScatter();
      case ALL_TO_ALL -> beginAllToAll();
      case ALL_GATHER_BYTES, BROADCAST_BYTES -> {
        MemorySegment bytes = MemorySegment.ofArray(call.bytes());
        call.gathered()[call.index()] = call.bytes();
        sides.forEach(side -> greet(side, bytes, 0, call.bytes().length));
      }
      case BARRIER -> sides.forEach(side -> greet(side, MemorySegment.NULL, 0, 0));
      case SEND, RECV, DATA -> throw new IllegalStateException(header + " is not a collective");
    }
  }

  private void beginAllReduce() {
    long total = header.count() * elementBytes;
    combines = true;
    if (total * sides.size() <= SMALL_BYTES) {
      partBytes = total;
      for (Side side : sides) {
        side.expected = total;
        // Copied, because the result overwrites it while it may still be on its way.
        side.peer.sendSmall(header, call.in(), 0, total);
      }
      return;
    }
    sharesResult = true;
    partIn = partOut = partBegin(call.index());
    partBytes = partBegin(call.index() + 1) - partIn;
    for (Side side : sides) {
      side.expected = partBytes;
      side.resultOffset = partBegin(side.index);
      side.resultExpected = partBegin(side.index + 1) - side.resultOffset;
      // Its result overwrites this only after it has got it.
      greet(side, call.in(), side.resultOffset, side.resultExpected);
    }
  }

  private long partBegin(int index) {
    return Parts.begin(header.count(), call.size(), index) * elementBytes;
  }

  private void beginReduceScatter() {
    combines = true;
    partBytes = header.count() * elementBytes;
    partIn = call.index() * partBytes;
    for (Side side : sides) {
      side.expected = partBytes;
      greet(side, call.in(), side.index * partBytes, partBytes);
    }
  }

  private void beginAllGather() {
    long bytes = header.count() * elementBytes;
    for (Side side : sides) {
      expect(side, side.index * bytes, bytes);
      greet(side, call.in(), 0, bytes);
    }
    copyOwn(call.in(), 0, call.index() * bytes, bytes);
  }

  private void beginBroadcast() {
    long bytes = header.count() * elementBytes;
    for (Side side : sides) {
      if (isRoot(side)) {
        expect(side, 0, bytes);
      }
      greet(side, call.in(), 0, isRoot() ? bytes : 0);
    }
  }

  private void beginReduce() {
    long bytes = header.count() * elementBytes;
    combines = isRoot();
    partBytes = isRoot() ? bytes : 0;
    for (Side side : sides) {
      side.expected = partBytes;
      greet(side, call.in(), 0, isRoot(side) ? bytes : 0);
    }
  }

  private void beginGather() {
    long bytes = header.count() * elementBytes;
    for (Side side : sides) {
      if (isRoot()) {
        expect(side, side.index * bytes, bytes);
      }
      greet(side, call.in(), 0, isRoot(side) ? bytes : 0);
    }
    if (isRoot()) {
      copyOwn(call.in(), 0, call.index() * bytes, bytes);
    }
  }

  private void beginScatter() {
    long bytes = header.count() * elementBytes;
    for (Side side : sides) {
      if (isRoot(side)) {
        expect(side, 0, bytes);
      }
      greet(side, call.in(), isRoot() ? side.index * bytes : 0, isRoot() ? bytes : 0);
    }
    if (isRoot()) {
      copyOwn(call.in(), call.index() * bytes, 0, bytes);
    }
  }

  private void beginAllToAll() {
    long bytes = header.count() * elementBytes;
    for (Side side : sides) {
      expect(side, side.index * bytes, bytes);
      greet(side, call.in(), side.index * bytes, bytes);
    }
    copyOwn(call.in(), call.index() * bytes, call.index() * bytes, bytes);
  }

  private boolean isRoot() {
    return header.root() == endpoint.rank;
  }

  private boolean isRoot(Side side) {
    return header.root() == side.peer.rank;
  }

  private void expect(Side side, long offset, long bytes) {
    side.target = call.out();
    side.targetOffset = offset;
    side.expected = bytes;
  }

  /** What this rank sends to itself, unless it lies in its place already. */
  private void copyOwn(MemorySegment in, long from, long to, long bytes) {
    if (in.address() + from != call.out().address() + to) {
      MemorySegment.copy(in, from, call.out(), to, bytes);
    }
  }

  /** The header, and the data behind it. */
  private void greet(Side side, MemorySegment data, long offset, long length) {
    boolean together = length <= SMALL_BYTES;
    side.peer.sendSmall(header, data, offset, together ? length : 0);
    if (!together) {
      side.peer.send(data, offset, length);
    }
  }

  @Override
  boolean advance() {
    boolean moved = false;
    for (Side side : sides) {
      moved |= side.advance();
    }
    return moved | (combines && combine());
  }

  /** Combines what has come from every rank; true when that was something. */
  private boolean combine() {
    long ready = partBytes;
    for (Side side : sides) {
      ready = Math.min(ready, side.received);
    }
    long at = combined % TcpPeer.RING_BYTES;
    long n = Math.min(ready - combined, TcpPeer.RING_BYTES - at);
    n -= n % elementBytes;
    if (n == 0) {
      return false;
    }
    MemorySegment[] from = new MemorySegment[call.size()];
    long[] offsets = new long[call.size()];
    from[call.index()] = call.in();
    offsets[call.index()] = partIn + combined;
    for (Side side : sides) {
      from[side.index] = side.peer.ring(partBytes);
      offsets[side.index] = at;
    }
    endpoint.reduction.reduce(
        header.reduction().orElseThrow(),
        header.dtype().orElseThrow(),
        from,
        offsets,
        call.out(),
        partOut + combined,
        n / elementBytes);
    if (sharesResult) {
      for (Side side : sides) {
        side.peer.send(call.out(), partOut + combined, n);
      }
    }
    combined += n;
    return true;
  }

  @Override
  boolean isSettled() {
    if (combines && combined < partBytes) {
      return false;
    }
    for (Side side : sides) {
      if (!side.isComplete()) {
        return false;
      }
    }
    return true;
  }

  /** Tells the sockets what it waits for. */
  void markInterests() {
    sides.forEach(side -> side.peer.interest(side.canReceive()));
  }

  @Override
  Waiting waiting() {
    List<Integer> absent = ranks(side -> !side.agreed);
    if (!absent.isEmpty()) {
      return new Waiting(absent, Failure.names(absent) + " did not arrive");
    }
    List<Integer> slow = ranks(side -> !side.isComplete());
    return new Waiting(slow, "the data of " + Failure.names(slow) + " stopped coming");
  }

  private List<Integer> ranks(java.util.function.Predicate<Side> which) {
    return sides.stream().filter(which).map(side -> side.peer.rank).toList();
  }
}
