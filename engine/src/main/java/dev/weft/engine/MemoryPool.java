package dev.weft.engine;

import dev.weft.engine.spi.Block;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Native memory by size class. A freed block goes to the free list of its class and is handed out
 * again while it is still in the processor's cache; that decides CPU speed more than any kernel.
 *
 * <p>Classes are spaced four to a doubling, so at most a fifth of a block is unused. Small blocks
 * are cut from 1 MiB slabs; large ones are requested one by one and can be returned to the system.
 * Every block starts on a 64-byte boundary.
 *
 * <p>Thread-safe.
 */
final class MemoryPool {

  private static final long SMALLEST = 64;
  private static final long SLAB = 1 << 20;
  private static final int CLASSES = 4 * 48;

  /** The one pool of host memory. */
  static final MemoryPool HOST = new MemoryPool(MemoryLimits.fromSystemProperties());

  private final FreeList[] free = new FreeList[CLASSES];
  private final AtomicLong live = new AtomicLong();
  private final AtomicLong reserved = new AtomicLong();
  private final MemoryLimits limits;
  private final Object slabLock = new Object();
  private MemorySegment slab = MemorySegment.NULL;
  private long slabUsed = SLAB;
  private volatile long collectAt;

  MemoryPool(MemoryLimits limits) {
    this.limits = limits;
    this.collectAt = limits.collectAt();
    for (int i = 0; i < CLASSES; i++) {
      free[i] = new FreeList();
    }
  }

  /** Blocks of one class that wait for their next use, linked through the blocks themselves. */
  private static final class FreeList {
    private @Nullable HostBlock head;

    synchronized @Nullable HostBlock pop() {
      HostBlock block = head;
      if (block != null) {
        head = block.next;
        block.next = null;
      }
      return block;
    }

    synchronized void push(HostBlock block) {
      block.next = head;
      head = block;
    }

    synchronized @Nullable HostBlock takeAll() {
      HostBlock all = head;
      head = null;
      return all;
    }
  }

  private final class HostBlock extends Block {
    private final int sizeClass;
    private final Arena arena;
    private @Nullable HostBlock next;

    HostBlock(MemorySegment memory, int sizeClass, Arena arena) {
      super(memory.address(), memory.byteSize());
      this.sizeClass = sizeClass;
      this.arena = arena;
    }

    @Override
    public void free() {
      live.addAndGet(-bytes());
      MemoryPool.this.free[sizeClass].push(this);
    }
  }

  /** Bytes in blocks that are in use, rounded up to their size classes. */
  long liveBytes() {
    return live.get();
  }

  /** Bytes taken from the system: in use or waiting for their next use. */
  long reservedBytes() {
    return reserved.get();
  }

  Block allocate(long bytes) {
    Storage.reclaim();
    int sizeClass = classOf(bytes);
    long size = bytesOf(sizeClass);
    long total = live.addAndGet(size);
    if (total > collectAt) {
      collect(size);
    }
    HostBlock block = free[sizeClass].pop();
    if (block != null) {
      return block;
    }
    try {
      return size < SLAB ? cut(size, sizeClass) : request(size, sizeClass);
    } catch (OutOfMemoryError | NativeMemoryException e) {
      live.addAndGet(-size);
      throw NativeMemoryException.of(bytes, liveBytes(), limits.most(), e);
    }
  }

  private HostBlock cut(long size, int sizeClass) {
    synchronized (slabLock) {
      if (slabUsed + size > SLAB) {
        reserve(SLAB);
        slab = Arena.global().allocate(SLAB, 64);
        slabUsed = 0;
      }
      MemorySegment piece = slab.asSlice(slabUsed, size);
      slabUsed += size;
      return new HostBlock(piece, sizeClass, Arena.global());
    }
  }

  private HostBlock request(long size, int sizeClass) {
    reserve(size);
    Arena arena = Arena.ofShared();
    try {
      return new HostBlock(arena.allocate(size, 64), sizeClass, arena);
    } catch (OutOfMemoryError | IllegalArgumentException e) {
      reserved.addAndGet(-size);
      arena.close();
      throw new NativeMemoryException("the system refused " + size + " bytes", e);
    }
  }

  /** Counts new memory against the limit; what lies unused is returned to the system first. */
  private void reserve(long size) {
    if (reserved.addAndGet(size) <= limits.most()) {
      return;
    }
    trim();
    if (reserved.get() <= limits.most()) {
      return;
    }
    collect(size);
    trim();
    if (reserved.get() > limits.most()) {
      reserved.addAndGet(-size);
      throw new NativeMemoryException("the limit of " + limits.most() + " bytes is reached");
    }
  }

  /**
   * Asks the garbage collector for tensors that nobody can reach any more. The heap does not notice
   * how much native memory hangs on its small objects, so the pool has to.
   */
  private synchronized void collect(long needed) {
    if (live.get() <= collectAt && reserved.get() + needed <= limits.most()) {
      return; // another thread has just done it
    }
    Storage.collectGarbage();
    collectAt = Math.max(limits.collectAt(), 2 * live.get());
  }

  /** Returns large blocks that are not in use to the system. */
  void trim() {
    for (int c = classOf(SLAB); c < CLASSES; c++) {
      HostBlock block = free[c].takeAll();
      while (block != null) {
        HostBlock next = block.next;
        reserved.addAndGet(-block.bytes());
        block.arena.close();
        block = next;
      }
    }
  }

  /** The smallest class that holds {@code bytes}: sizes are (4 + quarter) · 2^k · 16. */
  static int classOf(long bytes) {
    if (bytes <= SMALLEST) {
      return 0;
    }
    long units = bytes - 1;
    int log = 63 - Long.numberOfLeadingZeros(units);
    int quarter = (int) (units >>> log - 2) & 3;
    int sizeClass = 4 * (log - 6) + quarter + 1;
    if (sizeClass >= CLASSES) {
      throw new NativeMemoryException(
          "an allocation of " + bytes + " bytes is too large for this machine");
    }
    return sizeClass;
  }

  /** The capacity of a class, a multiple of 64 so that neighbours in a slab stay aligned. */
  static long bytesOf(int sizeClass) {
    int doubling = sizeClass / 4;
    long size = (4L + sizeClass % 4) << doubling + 4;
    return (size + 63) & -64;
  }
}
