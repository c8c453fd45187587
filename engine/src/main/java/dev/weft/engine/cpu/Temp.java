package dev.weft.engine.cpu;

import dev.weft.engine.HostMemory;
import dev.weft.engine.Tensor;
import dev.weft.engine.spi.Block;
import java.util.Optional;

/**
 * Memory that a kernel needs while it runs, from the pool; or a tensor's own where that will do.
 */
final class Temp implements AutoCloseable {

  private final Optional<Block> block;
  private final long address;

  private Temp(Optional<Block> block, long address) {
    this.block = block;
    this.address = address;
  }

  /** Undefined memory, 64-byte aligned. */
  static Temp of(long bytes) {
    Block block = HostMemory.allocate(bytes);
    return new Temp(Optional.of(block), block.address());
  }

  /** The elements of {@code x} in row-major order without gaps: its own memory, or a copy. */
  static Temp contiguous(Tensor x) {
    if (x.isContiguous()) {
      return new Temp(Optional.empty(), x.address());
    }
    return copy(x);
  }

  /** The elements of {@code x} in row-major order without gaps, in memory of their own. */
  static Temp copy(Tensor x) {
    Temp copy = of(x.numel() * x.dtype().bytes());
    Copies.gather(x, copy.address);
    return copy;
  }

  /** The memory of {@code x} as it lies. */
  static Temp in(Tensor x) {
    return new Temp(Optional.empty(), x.address());
  }

  /** No memory; its address is 0. */
  static Temp none() {
    return new Temp(Optional.empty(), 0);
  }

  long address() {
    return address;
  }

  @Override
  public void close() {
    block.ifPresent(Block::free);
  }
}
