package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.fabric.comm.CollectiveException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A rank that is a thread: its messages are the operations themselves, passed through queues. */
final class ThreadEndpoint extends Endpoint {

  private static final int SPINS = 5;

  /** A rank that is waited for so long is looked at more closely. */
  private static final long SUSPICION_NANOS = 200_000_000;

  /** What all ranks share. */
  private record World(List<ThreadEndpoint> ranks, AtomicReference<@Nullable Failure> failure) {}

  private final World world;
  private final List<ThreadPeer> peers = new ArrayList<>();
  final Reduction reduction = new Reduction();
  private volatile @Nullable Thread sleeper;
  private volatile @Nullable Thread caller;
  private volatile boolean left;

  private ThreadEndpoint(int rank, int size, World world) {
    super(rank, size, SPINS);
    this.world = world;
    for (int other = 0; other < size; other++) {
      peers.add(new ThreadPeer(other));
    }
  }

  static List<ThreadEndpoint> world(int size) {
    World world = new World(new ArrayList<>(), new AtomicReference<>());
    for (int rank = 0; rank < size; rank++) {
      world.ranks.add(new ThreadEndpoint(rank, size, world));
    }
    return world.ranks;
  }

  @Override
  void calledBy(Thread thread) {
    if (caller != thread) {
      caller = thread;
    }
  }

  @Override
  Operation operation(Call call) {
    return switch (call.header().kind()) {
      case SEND -> new SendOperation(this, call, peer(call.header().root()));
      case RECV -> new ReceiveOperation(this, call, peer(call.header().root()));
      default -> new ThreadOperation(this, call);
    };
  }

  @Override
  ThreadPeer peer(int peerRank) {
    return peers.get(peerRank);
  }

  /** Wakes another rank, for which there is news. */
  void notify(int peerRank) {
    world.ranks.get(peerRank).wake();
  }

  /** A rank may see that another has left before it is told why. */
  @Override
  Failure first(Failure found) {
    world.failure.compareAndSet(null, found);
    return Objects.requireNonNull(world.failure.get());
  }

  @Override
  void tell(Failure why) {
    for (ThreadEndpoint other : world.ranks) {
      if (other != this) {
        other.adopt(why);
      }
    }
  }

  @Override
  void beforeSleep() {
    sleeper = Thread.currentThread();
  }

  @Override
  void sleep(List<Operation> waiting, long nanos) {
    LockSupport.parkNanos(this, nanos);
    awake();
    for (Operation operation : waiting) {
      if (operation.elapsedNanos() > SUSPICION_NANOS) {
        List<Integer> dead =
            operation.waiting().ranks().stream().filter(r -> world.ranks.get(r).isDead()).toList();
        if (!dead.isEmpty()) {
          throw new Broken(
              Failure.of(
                  Kind.DIED,
                  dead,
                  text(
                      "%s died: its thread ended without closing the communicator",
                      Failure.names(dead))));
        }
      }
    }
  }

  @Override
  void awake() {
    sleeper = null;
  }

  /** Nobody is left who could make this rank's next call, and it has none under way. */
  private boolean isDead() {
    Thread last = caller;
    return last != null && !last.isAlive() && !left && !isBusy();
  }

  @Override
  void wake() {
    LockSupport.unpark(sleeper); // harmless for null
  }

  @Override
  void disconnect() {
    left = true;
    for (ThreadEndpoint other : world.ranks) {
      other.wake();
    }
  }

  /** Another rank, as this one sees it. */
  final class ThreadPeer extends Peer {

    /** What it has told this rank. It adds, this rank's driver takes. */
    private final Queue<Message> inbox = new ConcurrentLinkedQueue<>();

    ThreadPeer(int rank) {
      super(ThreadEndpoint.this.rank, rank);
    }

    @Override
    boolean hasMessage() {
      return !inbox.isEmpty();
    }

    @Override
    Message message() {
      return inbox.element();
    }

    @Override
    Message take() {
      return inbox.remove();
    }

    @Override
    void announce(Operation operation) {
      ThreadEndpoint other = world.ranks.get(rank);
      other.peer(ThreadEndpoint.this.rank).inbox.add((Message) operation);
      other.wake();
    }

    /** Nothing to do: the receiver fetches. */
    @Override
    void release(SendOperation send) {}

    @Override
    void fetch(ReceiveOperation receive, Message theirs) {
      SendOperation send = (SendOperation) theirs;
      if (!send.guard.enter()) {
        return; // its rank has failed, and is telling this one
      }
      try {
        receive.call.out().copyFrom(send.data());
      } finally {
        send.guard.leave();
      }
      receive.received();
      send.taken();
      world.ranks.get(rank).wake();
    }

    @Override
    boolean moveData() {
      return false;
    }

    @Override
    boolean owesData() {
      return false;
    }

    @Override
    boolean hasLeft() {
      return world.ranks.get(rank).left;
    }
  }
}
