package dev.weft.fabric.data.arrow;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.spi.Block;
import java.util.HashSet;
import java.util.Set;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;

/**
 * The native memory of one record batch. It comes from the engine's pool, which counts it and
 * collects garbage in time. Tensors over its buffers keep it; when the last of them and the reader
 * have let go, all of it is returned, whatever Arrow may have forgotten on the way to an error.
 *
 * <p>Thread-safe: tensors are released by any thread.
 */
final class BatchMemory implements AllocationManager.Factory, AutoCloseable {

  private static final ArrowBuf EMPTY = new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);

  private final BufferAllocator allocator;
  private final Set<Piece> pieces = new HashSet<>();
  private int holders = 1;

  BatchMemory(long limit) {
    this.allocator =
        new RootAllocator(
            RootAllocator.configBuilder()
                .allocationManagerFactory(this)
                .roundingPolicy(size -> size) // and not to powers of two
                .maxAllocation(limit)
                .build());
  }

  /** Refuses what would pass the limit. */
  BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public AllocationManager create(BufferAllocator accounting, long size) {
    var piece = new Piece(accounting, size);
    synchronized (this) {
      pieces.add(piece);
    }
    return piece;
  }

  @Override
  public ArrowBuf empty() {
    return EMPTY;
  }

  /** Whether all memory has been returned. */
  synchronized boolean isReturned() {
    return pieces.isEmpty();
  }

  /** The first {@code bytes} of a buffer, for a tensor, which frees it. */
  synchronized Block share(ArrowBuf buffer, long bytes) throws MalformedArrowException {
    Memory.of(buffer, bytes); // checks that they are there
    buffer.getReferenceManager().retain();
    holders++;
    return new Block(buffer.memoryAddress(), bytes) {
      @Override
      public void free() {
        buffer.getReferenceManager().release();
        close();
      }
    };
  }

  /** Lets go once: the reader and each tensor do it. */
  @Override
  public synchronized void close() {
    if (--holders == 0) {
      pieces.forEach(Piece::giveBack);
      pieces.clear();
    }
  }

  private synchronized void released(Piece piece) {
    if (pieces.remove(piece)) {
      piece.giveBack();
    }
  }

  private final class Piece extends AllocationManager {

    private final Tensor memory;

    Piece(BufferAllocator accounting, long size) {
      super(accounting);
      try (var _ = Context.current().withoutScope()) {
        memory = Tensor.empty(Shape.of(size), DType.UINT8, Device.CPU);
      }
    }

    @Override
    public long getSize() {
      return memory.numel();
    }

    @Override
    protected long memoryAddress() {
      return memory.segment().address();
    }

    @Override
    protected void release0() {
      released(this);
    }

    void giveBack() {
      memory.release();
    }
  }
}
