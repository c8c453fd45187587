package dev.weft.engine.cpu;

import dev.weft.engine.HostMemory;
import dev.weft.engine.Layout;
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

  /**
   * The elements of {@code x} with dimension {@code dim} innermost, the others in their order: its
   * own memory, or a copy. A scalar is one row.
   */
  static Temp rows(Tensor x, int dim) {
    int last = x.rank() - 1;
    if (last < 1 || x.shape().dim(dim) == last) {
      return contiguous(x);
    }
    Temp copy = of(x.numel() * x.dtype().bytes());
    Copies.gather(innermost(x.layout(), dim), x.dtype().bytes(), x.address(), copy.address);
    return copy;
  }

  /** A layout with dimension {@code dim} moved to the end. */
  static Layout innermost(Layout layout, int dim) {
    int rank = layout.shape().rank();
    int moved = layout.shape().dim(dim);
    int[] order = new int[rank];
    for (int d = 0; d < rank - 1; d++) {
      order[d] = d < moved ? d : d + 1;
    }
    order[rank - 1] = moved;
    return layout.permute(order);
  }

  /** The memory of {@code x} as it lies. */
  static Temp in(Tensor x) {
    return new Temp(Optional.empty(), x.address());
  }

  /** Memory of somebody else. */
  static Temp at(long address) {
    return new Temp(Optional.empty(), address);
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
