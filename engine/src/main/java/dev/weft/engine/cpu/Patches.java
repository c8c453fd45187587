package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Windows;
import java.lang.foreign.MemorySegment;

/**
 * Windows of images as the columns of a matrix, and back: what turns convolution into matrix
 * products. The matrix has a row per channel and element of the window and a column per position of
 * the window; it is made for a range of positions at a time.
 *
 * <p>Images are contiguous planes, one per channel. Immutable.
 */
final class Patches {

  private final DType dtype;
  private final int bytes;
  private final long[] stride;
  private final long[] padding;
  private final long[] dilation;
  private final long[] size;
  private final long[] kernel;
  private final long[] positions;

  /**
   * @param sizes of a plane
   * @param kernel sizes of a window
   * @param positions how many windows there are
   */
  Patches(DType dtype, Windows windows, Shape sizes, Shape kernel, Shape positions) {
    Windows full = windows.full();
    this.dtype = dtype;
    this.bytes = dtype.bytes();
    this.stride = full.stride().stream().mapToLong(Long::longValue).toArray();
    this.padding = full.padding().stream().mapToLong(Long::longValue).toArray();
    this.dilation = full.dilation().stream().mapToLong(Long::longValue).toArray();
    this.size = full(sizes);
    this.kernel = full(kernel);
    this.positions = full(positions);
  }

  private static long[] full(Shape sizes) {
    long[] full = {1, 1, 1};
    System.arraycopy(sizes.sizes(), 0, full, full.length - sizes.rank(), sizes.rank());
    return full;
  }

  /** Elements of a plane. */
  long plane() {
    return size[0] * size[1] * size[2];
  }

  /** Elements of a window in one plane. */
  long window() {
    return kernel[0] * kernel[1] * kernel[2];
  }

  /** The number of windows. */
  long count() {
    return positions[0] * positions[1] * positions[2];
  }

  /** What is done with a stretch of a window's row that lies inside the plane. */
  private interface Line {
    /** {@code at} is an address in the matrix, {@code x} one in the plane. */
    void run(long at, long x, long xStep, long count);
  }

  /**
   * The windows {@code from} to {@code to} (exclusive) of planes that begin at {@code x}; padding
   * is zeros.
   *
   * @param matrix where the first row goes; rows are adjacent
   */
  void gather(long x, long channels, long from, long to, long matrix) {
    Line copy = this::copy;
    for (long row = 0; row < channels * window(); row++) {
      long line = matrix + row * (to - from) * bytes;
      lines(x + row / window() * plane() * bytes, row % window(), from, to, line, true, copy);
    }
  }

  /** Adds the columns of a matrix to the elements that they were gathered from. */
  void scatter(long matrix, long channels, long from, long to, long x) {
    Loops.Binary add = BinaryKernels.loop(Binary.ADD, dtype, channels * window() * (to - from));
    Line line =
        stride[2] == 1
            ? (at, e, _, count) -> add.run(e, at, e, count)
            : (at, e, step, count) -> addSpread(dtype, at, e, step, count);
    for (long row = 0; row < channels * window(); row++) {
      long at = matrix + row * (to - from) * bytes;
      lines(x + row / window() * plane() * bytes, row % window(), from, to, at, false, line);
    }
  }

  /** One row of the matrix: one element of the windows in one plane, for a range of positions. */
  private void lines(
      long plane, long element, long from, long to, long row, boolean fill, Line line) {
    long width = positions[2];
    long k = element % kernel[2] * dilation[2] - padding[2];
    long kRow = element / kernel[2] % kernel[1] * dilation[1] - padding[1];
    long kSlice = element / kernel[2] / kernel[1] * dilation[0] - padding[0];
    // Positions of a row whose element is inside: 0 <= p * stride + k < size.
    long first = Math.clamp(Math.ceilDiv(-k, stride[2]), 0, width);
    long last = Math.clamp(Math.floorDiv(size[2] - 1 - k, stride[2]) + 1, first, width);
    long p = from;
    while (p < to) {
      long begin = p % width;
      long end = Math.min(width, begin + to - p);
      long y = p / width % positions[1] * stride[1] + kRow;
      long z = p / width / positions[1] * stride[0] + kSlice;
      long at = row + (p - from) * bytes;
      boolean inside = y >= 0 && y < size[1] && z >= 0 && z < size[0];
      long low = inside ? Math.clamp(first, begin, end) : end;
      long high = inside ? Math.clamp(last, low, end) : end;
      if (fill) {
        zero(at, low - begin);
        zero(at + (high - begin) * bytes, end - high);
      }
      if (high > low) {
        long x = plane + ((z * size[1] + y) * size[2] + low * stride[2] + k) * bytes;
        line.run(at + (low - begin) * bytes, x, stride[2] * bytes, high - low);
      }
      p += end - begin;
    }
  }

  private void zero(long at, long count) {
    for (long i = 0; i < count * bytes; i++) {
      ALL.set(Native.BYTE, at + i, (byte) 0);
    }
  }

  private void copy(long at, long x, long xStep, long count) {
    if (xStep == bytes) {
      MemorySegment.copy(ALL, x, ALL, at, count * bytes);
      return;
    }
    Copies.moveRow(bytes, x, xStep, at, bytes, count);
  }

  /** Adds contiguous elements to others that are {@code xStep} bytes apart. */
  static void addSpread(DType dtype, long at, long x, long xStep, long count) {
    switch (dtype) {
      case FLOAT32 -> {
        for (long i = 0; i < count; i++) {
          float sum = ALL.get(Native.FLOAT, x + i * xStep) + ALL.get(Native.FLOAT, at + 4 * i);
          ALL.set(Native.FLOAT, x + i * xStep, sum);
        }
      }
      case FLOAT64 -> {
        for (long i = 0; i < count; i++) {
          double sum = ALL.get(Native.DOUBLE, x + i * xStep) + ALL.get(Native.DOUBLE, at + 8 * i);
          ALL.set(Native.DOUBLE, x + i * xStep, sum);
        }
      }
      case FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64, UINT8, BOOL, COMPLEX64, COMPLEX128 ->
          throw new IllegalArgumentException("sums of " + dtype + " are made in float32");
    }
  }
}
