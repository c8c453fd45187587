package dev.weft.fabric.comm;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A collective between threads. When all have met and agree, each rank does its share on
 * everybody's memory; when all have done that, each may have its own memory back.
 */
final class ThreadOperation extends Operation implements Message {

  /** Elements that are combined and, still in the cache, copied to the other ranks. */
  private static final long STRIDE = 4L * Reduction.BLOCK;

  private final ThreadEndpoint endpoint;
  private final Header header;

  /** The same call on all members; where one is not there yet, this one. */
  private final ThreadOperation[] met;

  private int missing;
  private volatile boolean shareDone;

  ThreadOperation(ThreadEndpoint endpoint, Call call) {
    super(endpoint, call);
    this.endpoint = endpoint;
    this.header = call.header();
    this.met = new ThreadOperation[call.size()];
    Arrays.fill(met, this);
    this.missing = call.size() - 1;
  }

  @Override
  public Header header() {
    return header;
  }

  @Override
  void begin() {
    for (int member : call.members()) {
      if (member != endpoint.rank) {
        endpoint.peer(member).announce(this);
      }
    }
  }

  @Override
  boolean advance() {
    if (shareDone) {
      return false;
    }
    boolean moved = false;
    for (int i = 0; i < met.length && missing > 0; i++) {
      if (isMissing(i)) {
        ThreadEndpoint.ThreadPeer peer = endpoint.peer(call.members().get(i));
        if (peer.agrees(header)) {
          met[i] = (ThreadOperation) peer.take();
          missing--;
          moved = true;
        }
      }
    }
    if (missing == 0 && enterAll()) {
      try {
        doShare();
      } finally {
        leave(met.length);
      }
      shareDone = true;
      call.members().forEach(endpoint::notify);
      moved = true;
    }
    return moved;
  }

  private boolean isMissing(int i) {
    return met[i] == this && i != call.index();
  }

  /**
   * Whether all memory may be touched; if not, a rank has failed and this one is about to hear of
   * it.
   */
  private boolean enterAll() {
    for (int i = 0; i < met.length; i++) {
      if (!met[i].guard.enter()) {
        leave(i);
        return false;
      }
    }
    return true;
  }

  private void leave(int count) {
    for (int i = 0; i < count; i++) {
      met[i].guard.leave();
    }
  }

  private void doShare() {
    switch (header.kind()) {
      case ALL_REDUCE -> allReduce();
      case ALL_GATHER -> allGather();
      case REDUCE_SCATTER -> reduceScatter();
      case REDUCE -> {
        if (isRoot()) {
          reduce(inputs(), new long[met.length], call.out(), 0, header.count());
        }
      }
      case BROADCAST -> call.out().copyFrom(root().in());
      case GATHER -> {
        if (isRoot()) {
          allGather();
        }
      }
      case SCATTER -> take(root(), 0);
      case ALL_TO_ALL -> {
        for (int i = 0; i < met.length; i++) {
          take(met[i].call, i);
        }
      }
      case ALL_GATHER_BYTES, BROADCAST_BYTES -> {
        for (int i = 0; i < met.length; i++) {
          call.gathered()[i] = met[i].call.bytes().clone();
        }
      }
      case BARRIER -> {}
      case SEND, RECV, DATA -> throw new IllegalStateException(header + " is not a collective");
    }
  }

  private boolean isRoot() {
    return header.root() == call.rank();
  }

  private Call root() {
    return met[call.members().indexOf(header.root())].call;
  }

  /** Copies the part for this rank to a part of its own memory, unless it lies there already. */
  private void take(Call from, int toPart) {
    long bytes = header.count() * call.elementBytes();
    MemorySegment part = from.in().asSlice(call.index() * bytes, bytes);
    if (part.address() != call.out().address() + toPart * bytes) {
      MemorySegment.copy(part, 0, call.out(), toPart * bytes, bytes);
    }
  }

  /** Combines one part of the elements and writes it to every rank: reads once, writes once. */
  private void allReduce() {
    int bytes = call.elementBytes();
    long end = Parts.begin(header.count(), met.length, call.index() + 1);
    MemorySegment[] from = inputs();
    long[] offsets = new long[met.length];
    for (long at = Parts.begin(header.count(), met.length, call.index()); at < end; at += STRIDE) {
      long n = Math.min(STRIDE, end - at);
      Arrays.fill(offsets, at * bytes);
      reduce(from, offsets, call.out(), at * bytes, n);
      for (ThreadOperation other : met) {
        if (other != this) {
          MemorySegment.copy(call.out(), at * bytes, other.call.out(), at * bytes, n * bytes);
        }
      }
    }
  }

  private void reduceScatter() {
    long[] offsets = new long[met.length];
    Arrays.fill(offsets, call.index() * header.count() * call.elementBytes());
    reduce(inputs(), offsets, call.out(), 0, header.count());
  }

  private void reduce(
      MemorySegment[] from, long[] offsets, MemorySegment out, long outOffset, long n) {
    endpoint.reduction.reduce(
        header.reduction().orElseThrow(),
        header.dtype().orElseThrow(),
        from,
        offsets,
        out,
        outOffset,
        n);
  }

  private MemorySegment[] inputs() {
    MemorySegment[] from = new MemorySegment[met.length];
    for (int i = 0; i < met.length; i++) {
      from[i] = met[i].call.in();
    }
    return from;
  }

  private void allGather() {
    long bytes = header.count() * call.elementBytes();
    for (int i = 0; i < met.length; i++) {
      MemorySegment part = met[i].call.in();
      if (part.address() != call.out().address() + i * bytes) { // else it gathers in place
        MemorySegment.copy(part, 0, call.out(), i * bytes, bytes);
      }
    }
  }

  @Override
  boolean isSettled() {
    if (!shareDone) {
      return false;
    }
    for (ThreadOperation other : met) {
      if (!other.shareDone) {
        return false;
      }
    }
    return true;
  }

  @Override
  Waiting waiting() {
    List<Integer> ranks =
        IntStream.range(0, met.length)
            .filter(i -> isMissing(i) || shareDone && !met[i].shareDone)
            .mapToObj(call.members()::get)
            .toList();
    return new Waiting(
        ranks, Failure.names(ranks) + (missing > 0 ? " did not arrive" : " did not finish"));
  }
}
