package dev.weft.engine;

import dev.weft.engine.spi.Block;
import java.lang.foreign.MemorySegment;

/** Host memory for backends: the pool, and storages as segments. */
public final class HostMemory {

  private HostMemory() {}

  /** A block of the pool, with undefined contents. */
  public static Block allocate(long bytes) {
    return MemoryPool.HOST.allocate(bytes);
  }

  /** A part of a storage in host memory. */
  public static MemorySegment at(Storage storage, long offset, long bytes) {
    return Native.ALL.asSlice(storage.address() + offset, bytes);
  }
}
