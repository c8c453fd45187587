package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import java.util.List;

/** A tensor expected from one other rank. */
final class ReceiveOperation extends Operation implements Message {

  private final Peer peer;
  private boolean received;

  ReceiveOperation(Endpoint endpoint, Call call, Peer peer) {
    super(endpoint, call);
    this.peer = peer;
  }

  @Override
  public Header header() {
    return call.header();
  }

  /** The data are in place. */
  void received() {
    received = true;
  }

  @Override
  void begin() {
    peer.open(this);
  }

  @Override
  boolean advance() {
    return peer.pump();
  }

  @Override
  boolean isSettled() {
    return received;
  }

  @Override
  Waiting waiting() {
    return new Waiting(
        List.of(peer.rank),
        peer.owesData()
            ? text("rank %d has not sent all of the data", peer.rank)
            : text("rank %d has not called send", peer.rank));
  }
}
