package dev.weft.fabric.comm;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Another rank as this rank sees it: the stream of its messages, in the order in which it made its
 * calls, and the sends and receives between the two. Only the endpoint's driver touches it.
 *
 * <p>Sends and receives take their place in the order of the collectives: a rank says what it wants
 * to send or receive, and data move once the other side has said the same. Several may be open at
 * once, in both directions; in each direction they pair up in order.
 */
abstract class Peer {

  private final int ownRank;
  final int rank;
  private final Deque<SendOperation> sends = new ArrayDeque<>();
  private final Deque<ReceiveOperation> receives = new ArrayDeque<>();
  private final Deque<Message> theirSends = new ArrayDeque<>();
  private final Deque<Message> theirReceives = new ArrayDeque<>();

  Peer(int ownRank, int rank) {
    this.ownRank = ownRank;
    this.rank = rank;
  }

  /**
   * Whether its next message is there; after this {@link #message} and {@link #take} may be called.
   */
  abstract boolean hasMessage();

  /** The next message, left where it is. */
  abstract Message message();

  /** The next message, removed. */
  abstract Message take();

  /** Tells it what this rank wants. */
  abstract void announce(Operation operation);

  /** It wants to receive what {@code send} holds: the data may go out. */
  abstract void release(SendOperation send);

  /** It wants to send what {@code receive} waits for. */
  abstract void fetch(ReceiveOperation receive, Message theirs);

  /** Moves data of fetched receives; true when something moved. */
  abstract boolean moveData();

  /** Whether a fetched receive has not got all its data yet. */
  abstract boolean owesData();

  /** Whether it has closed its communicator; messages from before may still be there. */
  abstract boolean hasLeft();

  /**
   * Whether it has made the same call as {@code mine}; the message then is still to be taken.
   *
   * @throws Broken when it called something else
   */
  boolean agrees(Header mine) {
    if (!theirSends.isEmpty()) {
      throw Broken.mismatch(ownRank, mine, rank, theirSends.getFirst().header());
    }
    if (!theirReceives.isEmpty()) {
      throw Broken.mismatch(ownRank, mine, rank, theirReceives.getFirst().header());
    }
    if (!hasMessage()) {
      throwIfLeft();
      return false;
    }
    Header theirs = message().header();
    if (!mine.agreesWith(theirs)) {
      throw Broken.mismatch(ownRank, mine, rank, theirs);
    }
    return true;
  }

  void open(SendOperation send) {
    sends.add(send);
    announce(send);
  }

  void open(ReceiveOperation receive) {
    receives.add(receive);
    announce(receive);
  }

  /** Whether it wants to send something that this rank has not asked for yet. */
  boolean wantsToSend() {
    return !theirSends.isEmpty();
  }

  /**
   * Takes in what it says about sends and receives, pairs them up and moves data; true when
   * something moved.
   */
  boolean pump() {
    boolean moved = moveData();
    while (hasMessage() && announces(message().header().kind())) {
      Message theirs = take();
      (theirs.header().kind() == Header.Kind.SEND ? theirSends : theirReceives).add(theirs);
      moved = true;
    }
    while (!sends.isEmpty() && !theirReceives.isEmpty()) {
      SendOperation send = sends.remove();
      requireMatch(send, theirReceives.remove());
      send.matched();
      release(send);
      moved = true;
    }
    while (!receives.isEmpty() && !theirSends.isEmpty()) {
      ReceiveOperation receive = receives.remove();
      Message theirs = theirSends.remove();
      requireMatch(receive, theirs);
      fetch(receive, theirs);
      moved = true;
    }
    if (!(sends.isEmpty() && receives.isEmpty())) {
      throwIfLeft();
    }
    // It has gone on to a collective, so it will answer none of these any more.
    if (hasMessage() && !message().header().kind().isPointToPoint()) {
      Header theirs = message().header();
      if (!sends.isEmpty()) {
        throw Broken.mismatch(ownRank, sends.getFirst().call.header(), rank, theirs);
      }
      if (!receives.isEmpty()) {
        throw Broken.mismatch(ownRank, receives.getFirst().call.header(), rank, theirs);
      }
    }
    return moved;
  }

  private static boolean announces(Header.Kind kind) {
    return kind == Header.Kind.SEND || kind == Header.Kind.RECV;
  }

  private void throwIfLeft() {
    if (hasLeft() && !hasMessage()) {
      throw new Broken(Failure.left(rank));
    }
  }

  private void requireMatch(Operation mine, Message theirs) {
    if (!mine.call.header().matches(theirs.header())) {
      throw Broken.mismatch(ownRank, mine.call.header(), rank, theirs.header());
    }
  }
}
