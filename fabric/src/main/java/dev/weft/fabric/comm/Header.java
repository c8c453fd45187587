package dev.weft.fabric.comm;

import dev.weft.engine.DType;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a rank says about a call before any of its data: ranks compare these, and data flow only
 * between equal ones. Immutable.
 *
 * @param group which ranks take part: 0 for all of them, else a digest of their list
 * @param sequence the number of this call in its group, from 0; for send and receive 0
 * @param count elements (bytes, for the calls that move bytes)
 * @param root the one rank that sends or gets everything, the other side of a send or receive; else
 *     -1
 * @param limit the most bytes that a rank may contribute; only for calls that move bytes
 */
record Header(
    Kind kind,
    long group,
    long sequence,
    Optional<DType> dtype,
    long count,
    Optional<ReduceOp> reduction,
    int root,
    int limit)
    implements Message {

  enum Kind {
    ALL_REDUCE("allReduce"),
    ALL_GATHER("allGather"),
    REDUCE_SCATTER("reduceScatter"),
    REDUCE("reduce"),
    BROADCAST("broadcast"),
    GATHER("gather"),
    SCATTER("scatter"),
    ALL_TO_ALL("allToAll"),
    BARRIER("barrier"),
    ALL_GATHER_BYTES("allGatherBytes"),
    BROADCAST_BYTES("broadcastBytes"),
    SEND("send"),
    RECV("recv"),
    /** Announces the elements of a matched send; never seen by users. */
    DATA("data");

    final String word;

    Kind(String word) {
      this.word = word;
    }

    /** A call of two ranks, and not of a whole group. */
    boolean isPointToPoint() {
      return this == SEND || this == RECV || this == DATA;
    }

    /** Each rank says for itself how many bytes it brings. */
    boolean movesBytes() {
      return this == ALL_GATHER_BYTES || this == BROADCAST_BYTES;
    }
  }

  /** Bytes on the wire. */
  static final int BYTES = 48;

  /** Starts every header, so that a stream out of step is noticed: "Weft" and a version. */
  private static final int MAGIC = 0x57656602;

  private static final Kind[] KINDS = Kind.values();
  private static final DType[] DTYPES = DType.values();
  private static final ReduceOp[] REDUCTIONS = ReduceOp.values();

  @Override
  public Header header() {
    return this;
  }

  /** Whether both ranks ask for the same thing; contributions of bytes may differ in length. */
  boolean agreesWith(Header other) {
    return kind == other.kind
        && group == other.group
        && sequence == other.sequence
        && dtype.equals(other.dtype)
        && (count == other.count || kind.movesBytes())
        && reduction.equals(other.reduction)
        && root == other.root
        && limit == other.limit;
  }

  /** Whether a send and the receive on its other side are about the same elements. */
  boolean matches(Header other) {
    return dtype.equals(other.dtype) && count == other.count && group == other.group;
  }

  void put(ByteBuffer out) {
    out.putInt(MAGIC)
        .put((byte) kind.ordinal())
        .put((byte) (dtype.isPresent() ? dtype.get().ordinal() : -1))
        .put((byte) (reduction.isPresent() ? reduction.get().ordinal() : -1))
        .put((byte) 0)
        .putLong(group)
        .putLong(sequence)
        .putLong(count)
        .putInt(root)
        .putInt(limit)
        .putLong(0);
  }

  /**
   * Reads one header at the buffer's position; an {@link IllegalStateException} when there is none.
   */
  static Header get(ByteBuffer in) {
    int magic = in.getInt();
    int kind = in.get();
    int dtype = in.get();
    int reduction = in.get();
    in.get();
    var header =
        new Header(
            element(KINDS, kind).orElse(Kind.DATA),
            in.getLong(),
            in.getLong(),
            element(DTYPES, dtype),
            in.getLong(),
            element(REDUCTIONS, reduction),
            in.getInt(),
            in.getInt());
    in.getLong();
    if (magic != MAGIC || kind < 0 || kind >= KINDS.length || header.count < 0) {
      throw new IllegalStateException("the stream is out of step: no header where one is due");
    }
    return header;
  }

  private static <T> Optional<T> element(T[] all, int index) {
    return index >= 0 && index < all.length ? Optional.of(all[index]) : Optional.empty();
  }

  /** {@code allReduce #17 sum float32[1024]}; with it errors name a call. */
  @Override
  public String toString() {
    var text = new StringBuilder(kind.word);
    if (!kind.isPointToPoint()) {
      text.append(" #").append(sequence);
    }
    reduction.ifPresent(op -> text.append(' ').append(op));
    dtype.ifPresent(type -> text.append(' ').append(type).append('[').append(count).append(']'));
    switch (kind) {
      case BROADCAST, BROADCAST_BYTES, SCATTER, RECV -> text.append(" from rank ").append(root);
      case REDUCE, GATHER, SEND -> text.append(" to rank ").append(root);
      case ALL_REDUCE, ALL_GATHER, REDUCE_SCATTER, ALL_TO_ALL, BARRIER, ALL_GATHER_BYTES, DATA -> {}
    }
    if (kind.movesBytes()) {
      text.append(" up to ").append(limit).append(" bytes");
    }
    if (group != 0) {
      text.append(" in group ").append(Long.toHexString(group));
    }
    return text.toString();
  }
}
