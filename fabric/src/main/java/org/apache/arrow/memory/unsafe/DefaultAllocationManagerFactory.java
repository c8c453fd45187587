package org.apache.arrow.memory.unsafe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;

/**
 * Gives Arrow its memory: each allocation is an arena of its own, aligned to 64 bytes, closed when
 * Arrow releases it.
 *
 * <p>Arrow finds an allocation manager by this very class name. Its own managers go through Netty
 * or {@code sun.misc.Unsafe}, which JDK 25 restricts; this one needs neither. Thread-safe: arenas
 * are shared.
 */
public final class DefaultAllocationManagerFactory implements AllocationManager.Factory {

  /** The instance that Arrow reads by reflection. */
  public static final AllocationManager.Factory FACTORY = new DefaultAllocationManagerFactory();

  /** Arrow's recommended alignment, and a cache line. */
  private static final long ALIGNMENT = 64;

  private static final ArrowBuf EMPTY = new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);

  private DefaultAllocationManagerFactory() {}

  @Override
  public AllocationManager create(BufferAllocator accountingAllocator, long size) {
    return new ArenaManager(accountingAllocator, size);
  }

  @Override
  public ArrowBuf empty() {
    return EMPTY;
  }

  private static final class ArenaManager extends AllocationManager {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    ArenaManager(BufferAllocator accountingAllocator, long size) {
      super(accountingAllocator);
      memory = arena.allocate(size, ALIGNMENT);
    }

    @Override
    public long getSize() {
      return memory.byteSize();
    }

    @Override
    protected long memoryAddress() {
      return memory.address();
    }

    @Override
    protected void release0() {
      arena.close();
    }
  }
}
