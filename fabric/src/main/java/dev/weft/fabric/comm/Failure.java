package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.fabric.comm.CollectiveException.Kind;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The first cause of a broken communicator, as it is told to every rank. Immutable.
 *
 * @param ranks the ranks to blame, ascending
 * @param reason a clause that can follow "allReduce #17 on rank 0: "
 * @param cause what was thrown; only ranks in the same JVM get to see it
 */
record Failure(Kind kind, List<Integer> ranks, String reason, Optional<Throwable> cause) {

  /**
   * A reason longer than this is cut before it is sent: what a peer may make us read is bounded.
   */
  static final int MAX_BYTES = 32 * 1024;

  Failure {
    ranks = ranks.stream().distinct().sorted().toList();
  }

  static Failure of(Kind kind, List<Integer> ranks, String reason) {
    return new Failure(kind, ranks, reason, Optional.empty());
  }

  static Failure died(List<Integer> ranks) {
    return of(
        Kind.DIED, ranks, text("%s died: the connection ended without a goodbye", names(ranks)));
  }

  static Failure left(int rank) {
    return of(Kind.CLOSED, List.of(rank), text("rank %d has closed its communicator", rank));
  }

  /** This rank threw {@code cause} or gave up because of it. */
  static Failure aborted(int rank, Throwable cause) {
    return new Failure(
        Kind.ABORTED, List.of(rank), text("rank %d failed: %s", rank, cause), Optional.of(cause));
  }

  /** "rank 3" or "ranks [1, 2]". */
  static String names(List<Integer> ranks) {
    return ranks.size() == 1 ? "rank " + ranks.getFirst() : "ranks " + ranks;
  }

  /** The exception to throw from {@code collective} on {@code rank}. */
  CollectiveException exception(String collective, int rank) {
    return new CollectiveException(text("%s on rank %d: %s", collective, rank, reason), this);
  }

  byte[] encode() {
    String text =
        reason.length() > MAX_BYTES / 4 ? reason.substring(0, MAX_BYTES / 4) + "…" : reason;
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int count = Math.min(ranks.size(), 1024);
    ByteBuffer out = ByteBuffer.allocate(1 + 4 + 4 * count + 4 + utf8.length);
    out.put((byte) kind.ordinal()).putInt(count);
    ranks.subList(0, count).forEach(out::putInt);
    return out.putInt(utf8.length).put(utf8).array();
  }

  /** Reads what {@link #encode} wrote; anything else gives an {@link IllegalArgumentException}. */
  static Failure decode(byte[] bytes) {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      Kind kind = Kind.values()[in.get() % Kind.values().length];
      int count = in.getInt();
      if (count < 0 || count > in.remaining() / 4) {
        throw new IllegalArgumentException(text("a failure report of %d ranks", count));
      }
      List<Integer> ranks = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ranks.add(in.getInt());
      }
      int length = in.getInt();
      if (length != in.remaining()) {
        throw new IllegalArgumentException("a failure report of the wrong length");
      }
      byte[] utf8 = new byte[length];
      in.get(utf8);
      return of(kind, ranks, new String(utf8, StandardCharsets.UTF_8));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("a failure report that ends early", e);
    }
  }
}
