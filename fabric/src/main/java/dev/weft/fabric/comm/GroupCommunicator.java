package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Some ranks of an endpoint's world, or all of them. Checks what users ask for, numbers it and
 * hands it to the endpoint; no transport sees a tensor.
 */
class GroupCommunicator implements Communicator {

  /** The wait that PyTorch's process groups use. */
  static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

  /** Longer than any program runs, and still countable in nanoseconds. */
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(36_500);

  private final Endpoint endpoint;
  private final List<Integer> members;
  private final int index;
  private final long group;
  private final AtomicLong sequence;
  private final Duration timeout;

  /** All ranks. */
  GroupCommunicator(Endpoint endpoint, Duration timeout) {
    this(endpoint, ranks(endpoint.size), 0, new AtomicLong(), checked(timeout));
  }

  private GroupCommunicator(
      Endpoint endpoint, List<Integer> members, long group, AtomicLong sequence, Duration timeout) {
    this.endpoint = endpoint;
    this.members = members;
    this.index = members.indexOf(endpoint.rank);
    this.group = group;
    this.sequence = sequence;
    this.timeout = timeout;
  }

  private static List<Integer> ranks(int size) {
    List<Integer> all = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      all.add(rank);
    }
    return List.copyOf(all);
  }

  static Duration checked(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(text("timeout: %s is not positive", timeout));
    }
    return timeout.compareTo(LONGEST_TIMEOUT) > 0 ? LONGEST_TIMEOUT : timeout;
  }

  @Override
  public int rank() {
    return index;
  }

  @Override
  public int size() {
    return members.size();
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public Communicator withTimeout(Duration other) {
    return new GroupCommunicator(endpoint, members, group, sequence, checked(other));
  }

  @Override
  public Communicator group(int... ranks) {
    List<Integer> chosen = new ArrayList<>();
    for (int rank : ranks) {
      requireRank("group", "rank", rank);
      if (chosen.contains(members.get(rank))) {
        throw new IllegalArgumentException(
            text("group: %s: rank %d is there twice", Arrays.toString(ranks), rank));
      }
      chosen.add(members.get(rank));
    }
    if (!chosen.contains(endpoint.rank)) {
      throw new IllegalArgumentException(
          text(
              "group: %s: this is rank %d; only members may make a group",
              Arrays.toString(ranks), index));
    }
    return new GroupCommunicator(
        endpoint, List.copyOf(chosen), digest(chosen), endpoint.sequence(chosen), timeout);
  }

  /** Tells groups apart in headers. Not zero, which stands for all ranks. */
  private static long digest(List<Integer> ranks) {
    long hash = 0x9E3779B97F4A7C15L;
    for (int rank : ranks) {
      hash = (hash ^ (rank + 1)) * 0xFF51AFD7ED558CCDL; // the multiplier of MurmurHash3's finaliser
      hash ^= hash >>> 32;
    }
    return hash == 0 ? 1 : hash;
  }

  // ---- collectives

  @Override
  public Work allReduce(Tensor tensor, ReduceOp op) {
    op.requireTakes("allReduce", tensor.dtype());
    Buffer buffer = Buffer.writing("allReduce", tensor);
    MemorySegment memory = buffer.segment();
    return submit(
        Header.Kind.ALL_REDUCE,
        Optional.of(tensor.dtype()),
        tensor.numel(),
        Optional.of(op),
        -1,
        memory,
        memory,
        List.of(buffer));
  }

  @Override
  public Work allGather(Tensor in, Tensor out) {
    requireParts("allGather", "in", in, "out", out);
    Buffer from = Buffer.reading("allGather", in);
    Buffer to = writing("allGather", out, from);
    requireOwnPart("allGather", from.segment(), to.segment(), from, to);
    return submit(
        Header.Kind.ALL_GATHER,
        Optional.of(in.dtype()),
        in.numel(),
        Optional.empty(),
        -1,
        from.segment(),
        to.segment(),
        List.of(from, to));
  }

  @Override
  public Work reduceScatter(Tensor in, Tensor out, ReduceOp op) {
    op.requireTakes("reduceScatter", in.dtype());
    requireParts("reduceScatter", "out", out, "in", in);
    Buffer from = Buffer.reading("reduceScatter", in);
    Buffer to = writing("reduceScatter", out, from);
    requireOwnPart("reduceScatter", to.segment(), from.segment(), from, to);
    return submit(
        Header.Kind.REDUCE_SCATTER,
        Optional.of(in.dtype()),
        out.numel(),
        Optional.of(op),
        -1,
        from.segment(),
        to.segment(),
        List.of(from, to));
  }

  @Override
  public Work reduce(Tensor tensor, ReduceOp op, int root) {
    requireRank("reduce", "root", root);
    op.requireTakes("reduce", tensor.dtype());
    Buffer buffer =
        index == root ? Buffer.writing("reduce", tensor) : Buffer.reading("reduce", tensor);
    return submit(
        Header.Kind.REDUCE,
        Optional.of(tensor.dtype()),
        tensor.numel(),
        Optional.of(op),
        members.get(root),
        buffer.segment(),
        buffer.segment(),
        List.of(buffer));
  }

  @Override
  public Work gather(Tensor in, Tensor out, int root) {
    requireRank("gather", "root", root);
    if (index == root) {
      requireParts("gather", "in", in, "out", out);
    }
    Buffer from = Buffer.reading("gather", in);
    if (index != root) {
      return submitRooted(Header.Kind.GATHER, in, root, from, MemorySegment.NULL, List.of(from));
    }
    Buffer to = writing("gather", out, from);
    requireOwnPart("gather", from.segment(), to.segment(), from, to);
    return submitRooted(Header.Kind.GATHER, in, root, from, to.segment(), List.of(from, to));
  }

  @Override
  public Work scatter(Tensor in, Tensor out, int root) {
    requireRank("scatter", "root", root);
    if (index != root) {
      Buffer to = Buffer.writing("scatter", out);
      return submitRooted(Header.Kind.SCATTER, out, root, to, to.segment(), List.of(to));
    }
    requireParts("scatter", "out", out, "in", in);
    Buffer from = Buffer.reading("scatter", in);
    Buffer to = writing("scatter", out, from);
    requireOwnPart("scatter", to.segment(), from.segment(), from, to);
    return submitRooted(Header.Kind.SCATTER, out, root, from, to.segment(), List.of(from, to));
  }

  /**
   * A call in which one rank has everything.
   *
   * @param part what every rank has of it
   */
  private Work submitRooted(
      Header.Kind kind, Tensor part, int root, Buffer in, MemorySegment out, List<Buffer> buffers) {
    return submit(
        kind,
        Optional.of(part.dtype()),
        part.numel(),
        Optional.empty(),
        members.get(root),
        in.segment(),
        out,
        buffers);
  }

  @Override
  public Work allToAll(Tensor in, Tensor out) {
    if (in.dtype() != out.dtype()) {
      throw new DTypeException(
          text("allToAll: in is %s, out is %s: dtypes differ", in.dtype(), out.dtype()));
    }
    if (in.numel() != out.numel() || in.numel() % members.size() != 0) {
      throw new ShapeException(
          text(
              "allToAll: in %s, out %s: both need the same number of elements, a multiple of the"
                  + " %d ranks",
              in.shape(), out.shape(), members.size()));
    }
    Buffer from = Buffer.reading("allToAll", in);
    Buffer to = writing("allToAll", out, from);
    if (from.segment().asOverlappingSlice(to.segment()).isPresent()) {
      from.release();
      to.release();
      throw new IllegalArgumentException("allToAll: in and out share memory; use another out");
    }
    return submit(
        Header.Kind.ALL_TO_ALL,
        Optional.of(in.dtype()),
        in.numel() / members.size(),
        Optional.empty(),
        -1,
        from.segment(),
        to.segment(),
        List.of(from, to));
  }

  @Override
  public Work broadcast(Tensor tensor, int root) {
    requireRank("broadcast", "root", root);
    Buffer buffer =
        index == root ? Buffer.reading("broadcast", tensor) : Buffer.writing("broadcast", tensor);
    return submit(
        Header.Kind.BROADCAST,
        Optional.of(tensor.dtype()),
        tensor.numel(),
        Optional.empty(),
        members.get(root),
        buffer.segment(),
        buffer.segment(),
        List.of(buffer));
  }

  @Override
  public Work barrier() {
    return submit(
        Header.Kind.BARRIER,
        Optional.empty(),
        0,
        Optional.empty(),
        -1,
        MemorySegment.NULL,
        MemorySegment.NULL,
        List.of());
  }

  @Override
  public Work send(Tensor tensor, int peer) {
    return pointToPoint(Header.Kind.SEND, tensor, peer);
  }

  @Override
  public Work recv(Tensor tensor, int peer) {
    return pointToPoint(Header.Kind.RECV, tensor, peer);
  }

  private Work pointToPoint(Header.Kind kind, Tensor tensor, int peer) {
    requireRank(kind.word, "peer", peer);
    if (peer == index) {
      throw new IllegalArgumentException(
          text("%s: rank %d cannot be its own peer; use copyFrom", kind.word, peer));
    }
    Buffer buffer =
        kind == Header.Kind.SEND
            ? Buffer.reading(kind.word, tensor)
            : Buffer.writing(kind.word, tensor);
    return submit(
        kind,
        Optional.of(tensor.dtype()),
        tensor.numel(),
        Optional.empty(),
        members.get(peer),
        buffer.segment(),
        buffer.segment(),
        List.of(buffer));
  }

  @Override
  public List<byte[]> allGatherBytes(byte[] mine, int limit) {
    requireWithin("allGatherBytes", mine, limit);
    return exchangeBytes(Header.Kind.ALL_GATHER_BYTES, mine, -1, limit);
  }

  @Override
  public byte[] broadcastBytes(byte[] value, int root, int limit) {
    requireRank("broadcastBytes", "root", root);
    boolean sends = index == root;
    requireWithin("broadcastBytes", sends ? value : Call.NO_BYTES, limit);
    return exchangeBytes(
            Header.Kind.BROADCAST_BYTES, sends ? value : Call.NO_BYTES, members.get(root), limit)
        .get(root);
  }

  // ---- checks

  private void requireRank(String collective, String role, int rank) {
    if (rank < 0 || rank >= members.size()) {
      throw new IllegalArgumentException(
          text("%s: %s %d is not among the %d ranks", collective, role, rank, members.size()));
    }
  }

  private static void requireWithin(String collective, byte[] value, int limit) {
    if (value.length > limit) {
      throw new IllegalArgumentException(
          text("%s: %d bytes are more than the limit of %d", collective, value.length, limit));
    }
  }

  private void requireParts(
      String collective, String partName, Tensor part, String wholeName, Tensor whole) {
    if (part.dtype() != whole.dtype()) {
      throw new DTypeException(
          text(
              "%s: %s is %s, %s is %s: dtypes differ",
              collective, partName, part.dtype(), wholeName, whole.dtype()));
    }
    if (Math.multiplyExact(part.numel(), (long) members.size()) != whole.numel()) {
      throw new ShapeException(
          text(
              "%s: %s %s, %s %s: for %d ranks %s needs %d elements",
              collective,
              partName,
              part.shape(),
              wholeName,
              whole.shape(),
              members.size(),
              wholeName,
              part.numel() * members.size()));
    }
  }

  private static Buffer writing(String collective, Tensor tensor, Buffer other) {
    try {
      return Buffer.writing(collective, tensor);
    } catch (RuntimeException e) {
      other.release();
      throw e;
    }
  }

  /** Part and whole may share memory only where the part is the own part of the whole. */
  private void requireOwnPart(
      String collective, MemorySegment part, MemorySegment whole, Buffer from, Buffer to) {
    Optional<MemorySegment> shared = part.asOverlappingSlice(whole);
    long own = whole.address() + index * part.byteSize();
    if (shared.isPresent() && part.byteSize() > 0 && part.address() != own) {
      from.release();
      to.release();
      throw new IllegalArgumentException(
          text(
              "%s: in and out share memory; they may only where one is part %d of the other",
              collective, index));
    }
  }

  // ---- submission

  private Work submit(
      Header.Kind kind,
      Optional<DType> dtype,
      long count,
      Optional<ReduceOp> reduction,
      int root,
      MemorySegment in,
      MemorySegment out,
      List<Buffer> buffers) {
    // One lock per rank, so that numbers and queue agree whichever group a call is for.
    synchronized (endpoint) {
      long number = kind.isPointToPoint() ? 0 : sequence.getAndIncrement();
      var header = new Header(kind, group, number, dtype, count, reduction, root, 0);
      return endpoint.submit(
          new Call(
              header, members, index, in, out, Call.NO_BYTES, new byte[0][], buffers, timeout));
    }
  }

  private List<byte[]> exchangeBytes(Header.Kind kind, byte[] mine, int root, int limit) {
    byte[][] gathered = new byte[members.size()][];
    Work work;
    synchronized (endpoint) {
      var header =
          new Header(
              kind,
              group,
              sequence.getAndIncrement(),
              Optional.empty(),
              mine.length,
              Optional.empty(),
              root,
              limit);
      work =
          endpoint.submit(
              new Call(
                  header,
                  members,
                  index,
                  MemorySegment.NULL,
                  MemorySegment.NULL,
                  mine.clone(),
                  gathered,
                  List.of(),
                  timeout));
    }
    work.await();
    return Arrays.stream(gathered).map(Objects::requireNonNull).toList();
  }

  // ---- life

  @Override
  public void abort(Throwable cause) {
    endpoint.fail(Failure.aborted(endpoint.rank, cause));
  }

  @Override
  public Optional<CollectiveException> failure() {
    return endpoint.failure().map(why -> why.exception("communicator", endpoint.rank));
  }

  @Override
  public void close() {
    if (group == 0) {
      endpoint.close();
    }
  }

  @Override
  public String toString() {
    return text("rank %d of %d", index, members.size());
  }
}
