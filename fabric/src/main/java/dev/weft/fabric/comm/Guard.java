package dev.weft.fabric.comm;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets other ranks of this JVM into an operation's memory, and its owner know when they are out: no
 * rank reads memory that its owner has got back. Thread-safe.
 */
final class Guard {

  /**
   * Added when the owner wants no more visitors; leaves the count of those inside in the low bits.
   */
  private static final int SHUT = 1 << 30;

  private final AtomicInteger visitors = new AtomicInteger();

  /** Asks to touch the memory; when true, {@link #leave} must follow. */
  boolean enter() {
    if (visitors.incrementAndGet() > SHUT) {
      visitors.decrementAndGet();
      return false;
    }
    return true;
  }

  void leave() {
    visitors.decrementAndGet();
  }

  /** Lets nobody in any more and returns when the last one is out, which takes one copy at most. */
  void shut() {
    visitors.getAndUpdate(count -> count >= SHUT ? count : count + SHUT);
    while (visitors.get() != SHUT) {
      Thread.yield();
    }
  }

  /** Returns when those who are in at the moment are out; others may enter. */
  void drain() {
    while (visitors.get() != 0) {
      Thread.yield();
    }
  }
}
