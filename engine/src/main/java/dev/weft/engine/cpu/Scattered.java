package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import java.lang.foreign.MemorySegment;

/**
 * The right side of a product, read where it lies: columns come in blocks of {@link #BLOCK} bytes,
 * which are contiguous in memory, and a block of a row is at the sum of two numbers, one of the
 * row's and one of the block's.
 *
 * @param rows an address for each row
 * @param blocks how far each block is from these, in bytes
 */
record Scattered(long[] rows, long[] blocks) implements Operand {

  /** The widest registers. */
  static final int BLOCK = 64;

  /** {@code count} blocks that lie side by side. */
  static Scattered adjacent(long[] rows, long offset, int count) {
    long[] blocks = new long[count];
    for (int i = 0; i < count; i++) {
      blocks[i] = offset + (long) i * BLOCK;
    }
    return new Scattered(rows, blocks);
  }

  /** All columns of the first {@code count} rows, as a matrix with rows of {@code pitch} bytes. */
  void write(long count, long to, long pitch) {
    for (int row = 0; row < count; row++) {
      for (int i = 0; i < blocks.length; i++) {
        long target = to + row * pitch + (long) i * BLOCK;
        MemorySegment.copy(ALL, rows[row] + blocks[i], ALL, target, BLOCK);
      }
    }
  }

  /** Where each register of {@code bytes} bytes is, relative to the rows. */
  long[] registers(int bytes) {
    if (bytes == BLOCK) {
      return blocks;
    }
    int perBlock = BLOCK / bytes;
    long[] registers = new long[blocks.length * perBlock];
    for (int i = 0; i < registers.length; i++) {
      registers[i] = blocks[i / perBlock] + (long) (i % perBlock) * bytes;
    }
    return registers;
  }
}
