package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A tensor on its way to one other rank. Done when that rank has it, which lets both sides find out
 * that they disagree.
 *
 * <p>When this rank waits here while another waits to send to it, both (or a whole ring) may be
 * waiting for each other's receive. Then the data are set aside and the caller may go on.
 */
final class SendOperation extends Operation implements Message {

  /**
   * How long two sides may wait for each other's receive before one suspects that neither will
   * come.
   */
  private static final long PATIENCE_NANOS = 10_000_000;

  private final Endpoint endpoint;
  private final Peer peer;
  private volatile MemorySegment data;
  private volatile boolean taken;
  private boolean matched;
  private boolean setAside;

  SendOperation(Endpoint endpoint, Call call, Peer peer) {
    super(endpoint, call);
    this.endpoint = endpoint;
    this.peer = peer;
    this.data = call.in();
  }

  @Override
  public Header header() {
    return call.header();
  }

  /** The elements, wherever they are by now. In one JVM other ranks read it, inside the guard. */
  MemorySegment data() {
    return data;
  }

  /** The other side wants it. */
  void matched() {
    matched = true;
  }

  /** The other side has it. Any thread. */
  void taken() {
    taken = true;
  }

  @Override
  void begin() {
    peer.open(this);
  }

  @Override
  boolean advance() {
    boolean moved = peer.pump();
    if (!matched && !setAside && elapsedNanos() > PATIENCE_NANOS && endpoint.isWantedElsewhere()) {
      long bytes = call.in().byteSize();
      data = Arena.ofAuto().allocate(Math.max(1, bytes), 8).asSlice(0, bytes).copyFrom(call.in());
      guard.drain();
      setAside = true;
      complete();
    }
    return moved;
  }

  @Override
  boolean isSettled() {
    return taken && matched;
  }

  @Override
  Waiting waiting() {
    return new Waiting(
        List.of(peer.rank),
        matched
            ? text("rank %d has not taken all of the data", peer.rank)
            : text("rank %d has not called recv", peer.rank));
  }
}
