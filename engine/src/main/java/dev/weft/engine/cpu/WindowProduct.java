package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.Binary;
import java.lang.foreign.MemorySegment;

/**
 * A weight times a {@link WindowMatrix}, which gives the planes of some channels. Blocks of columns
 * or samples are spread over threads.
 *
 * <p>How the columns are cut depends on how large a plane is:
 *
 * <ul>
 *   <li>Of large ones with narrow padding, windows are read where they lie; what is between two
 *       rows of positions is computed in vain.
 *   <li>Of other large ones, the windows of a block of columns are packed.
 *   <li>Of small ones, the columns of several samples are packed together, to fill the tiles.
 * </ul>
 */
final class WindowProduct {

  /** What is packed of the windows for a block should stay in the L2 cache. */
  private static final long BLOCK_BYTES = 1 << 18;

  /** Columns of a block: fewer would not pay for copying the other side of the product. */
  private static final long COLUMNS = 384;

  /** Packing a column costs as much as computing it for so many channels. */
  private static final long PACKING = 10;

  /** The product of a block should leave half of the L2 cache to the windows. */
  private static final long PRODUCT_BYTES = 1 << 19;

  /** Packing the weight for a block costs as much as computing so many registers of columns. */
  private static final long PACKED_REGISTERS = 1;

  /** Columns of the widest tiles. */
  private static final long PANEL = 48;

  private final Gemm gemm;
  private final int bytes;
  private final WindowMatrix windows;
  private final long samples;
  private final long channels;
  private final long columns;

  /** Bytes from a sample of the planes to the next. */
  private final long pitch;

  /**
   * @param channels rows of the weight
   * @param columns positions of a sample
   */
  WindowProduct(Convolution conv, long channels, WindowMatrix windows, long columns) {
    this.gemm = conv.gemm;
    this.bytes = conv.bytes;
    this.windows = windows;
    this.samples = conv.samples;
    this.channels = channels;
    this.columns = columns;
    this.pitch = conv.groups * channels * columns * bytes;
  }

  /**
   * @param y the first plane of the first sample
   * @param adds whether the product is added to what is there
   */
  void run(Matrix weight, long y, boolean adds) {
    if (columns <= COLUMNS / 2) {
      bySamples(weight, y, adds);
    } else if (windows.hasRoomBehind() && windows.lines() > 1 && gapsAreCheap()) {
      byLines(weight, y, adds);
    } else {
      byColumns(weight, y, adds);
    }
  }

  private boolean gapsAreCheap() {
    return (windows.pitch() - windows.width()) * channels <= PACKING * windows.width();
  }

  private void byColumns(Matrix weight, long y, boolean adds) {
    long rows = windows.rows();
    long fit = Math.max(COLUMNS, BLOCK_BYTES / Math.max(1, rows * bytes) / PANEL * PANEL);
    long block = Math.min(fit, columns);
    long blocks = Math.ceilDiv(columns, block);
    Convolution.pieces(
        samples * blocks,
        channels * rows * block,
        i -> {
          long from = i % blocks * block;
          long n = Math.min(block, columns - from);
          long sample = i / blocks;
          WindowMatrix right = windows.from(sample * columns + from);
          long target = y + sample * pitch + from * bytes;
          if (adds) {
            gemm.add(channels, n, rows, weight, right, target, columns * bytes);
          } else {
            gemm.run(channels, n, rows, weight, right, 0, target, columns * bytes);
          }
        });
  }

  private void bySamples(Matrix weight, long y, boolean adds) {
    long block = Math.min(samples, Math.ceilDiv(COLUMNS, columns));
    Put put = put(adds);
    Convolution.pieces(
        Math.ceilDiv(samples, block),
        channels * windows.rows() * block * columns,
        i -> {
          long from = i * block;
          long n = Math.min(block, samples - from);
          long row = n * columns * bytes;
          try (Temp product = Temp.of(channels * row)) {
            WindowMatrix right = windows.from(from * columns);
            long to = product.address();
            gemm.run(channels, n * columns, windows.rows(), weight, right, 0, to, row);
            for (long channel = 0; channel < channels; channel++) {
              for (long sample = 0; sample < n; sample++) {
                long part = to + channel * row + sample * columns * bytes;
                put.at(part, y + (from + sample) * pitch + channel * columns * bytes, columns);
              }
            }
          }
        });
  }

  /** Registers for so many lines and what is between them. */
  private long registers(long count) {
    long all = (count - 1) * windows.pitch() + windows.width();
    return Math.ceilDiv(all * bytes, Scattered.BLOCK);
  }

  /**
   * Into how many blocks to cut the lines of a slice, so that the fewest registers are computed.
   */
  private long blocksOfLines() {
    long most = Math.clamp(PRODUCT_BYTES / (channels * Scattered.BLOCK), 12, GemmPlan.COLUMNS);
    long best = windows.lines();
    long least = Long.MAX_VALUE;
    for (long blocks = 1; blocks <= windows.lines(); blocks++) {
      long registers = registers(Math.ceilDiv(windows.lines(), blocks));
      long cost = blocks * (registers + PACKED_REGISTERS);
      if (registers <= most && cost < least) {
        least = cost;
        best = blocks;
      }
    }
    return best;
  }

  private void byLines(Matrix weight, long y, boolean adds) {
    long width = windows.width();
    long lines = windows.lines();
    long blocks = blocksOfLines();
    long slices = columns / (width * lines);
    Put put = put(adds);
    Convolution.pieces(
        samples * slices * blocks,
        channels * windows.rows() * COLUMNS,
        i -> {
          long from = i % blocks * lines / blocks;
          long n = (i % blocks + 1) * lines / blocks - from;
          int registers = Math.toIntExact(registers(n));
          long row = (long) registers * Scattered.BLOCK;
          long sample = i / blocks / slices;
          long column = (i / blocks % slices * lines + from) * width;
          try (Temp product = Temp.of(channels * row)) {
            Scattered right = windows.from(sample * columns + column).withGaps(registers);
            long to = product.address();
            gemm.run(channels, row / bytes, windows.rows(), weight, right, 0, to, row);
            for (long channel = 0; channel < channels; channel++) {
              long plane = y + sample * pitch + (channel * columns + column) * bytes;
              for (long line = 0; line < n; line++) {
                long part = to + channel * row + line * windows.pitch() * bytes;
                put.at(part, plane + line * width * bytes, width);
              }
            }
          }
        });
  }

  /** What becomes of a row of a product. */
  private interface Put {
    void at(long from, long to, long count);
  }

  private Put put(boolean adds) {
    if (!adds) {
      return (from, to, count) -> MemorySegment.copy(ALL, from, ALL, to, count * bytes);
    }
    Loops.Binary plus = BinaryKernels.both(Binary.ADD, gemm.dtype(), samples * channels * columns);
    return (from, to, count) -> plus.run(to, from, to, count);
  }
}
