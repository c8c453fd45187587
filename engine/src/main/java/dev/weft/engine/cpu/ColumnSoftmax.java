package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Unary;
import java.lang.foreign.MemorySegment;

/**
 * Softmax and its logarithm along a dimension that is not the last: many columns at a time, each
 * step a loop along neighbours in memory. Transposing them into rows and back would take longer
 * than all the rest.
 */
final class ColumnSoftmax {

  /** With fewer neighbours, the calls would cost more than what they do. */
  private static final long FEWEST = 16;

  /** Columns per unit of work: their maxima, their sums and a row or two stay in the L1 cache. */
  private static final long COLUMNS = 1 << 10;

  /** Rows that are added up one after the other. */
  private static final long ROWS = 64;

  private final boolean logarithm;
  private final Widening widening;
  private final long size;
  private final long inner;
  private final int bytes;
  private final Loops.Binary max;
  private final Loops.Binary minus;
  private final Loops.Binary plus;
  private final Loops.Binary times;
  private final Loops.Unary exp;
  private final Loops.Unary ofSums;

  private ColumnSoftmax(boolean logarithm, int dim, Tensor x) {
    this.logarithm = logarithm;
    this.widening = Widening.of(x.dtype());
    this.size = x.size(dim);
    this.inner = inner(x, dim);
    DType dtype = widening.to();
    this.bytes = dtype.bytes();
    long count = x.numel();
    this.max = BinaryKernels.both(Binary.MAXIMUM, dtype, count);
    this.minus = BinaryKernels.both(Binary.SUB, dtype, count);
    this.plus = BinaryKernels.both(Binary.ADD, dtype, count);
    this.times = BinaryKernels.both(Binary.MUL, dtype, count);
    this.exp = UnaryKernels.on(Unary.EXP, dtype, count);
    this.ofSums = UnaryKernels.on(logarithm ? Unary.LOG : Unary.RECIPROCAL, dtype, count / size);
  }

  private static long inner(Tensor x, int dim) {
    return x.shape().slice(x.shape().dim(dim) + 1, x.rank()).numel();
  }

  static boolean suits(Tensor x, int dim) {
    return x.rank() > 1 && x.numel() > 0 && inner(x, dim) >= FEWEST;
  }

  static void run(boolean logarithm, int dim, Tensor x, Tensor y) {
    try (Temp from = Temp.contiguous(x)) {
      new ColumnSoftmax(logarithm, dim, x).run(x.numel(), from.address(), y.address());
    }
  }

  private void run(long count, long from, long to) {
    long width = Math.min(inner, COLUMNS);
    long stretches = Math.ceilDiv(inner, width);
    int stored = widening.from().bytes();
    Parallel.ranges(
        count / (size * inner) * stretches,
        Math.max(1, Elementwise.HEAVY / (size * width)),
        (first, last) -> {
          try (Temp room = widening.room(size * width);
              Temp maxima = Temp.of(width * bytes);
              Temp sums = Temp.of(width * bytes);
              Temp scratch = Temp.of(2 * width * bytes)) {
            for (long i = first; i < last; i++) {
              long column = i % stretches * width;
              long n = Math.min(width, inner - column);
              long start = (i / stretches * size * inner + column) * stored;
              var columns = new Columns(n, maxima.address(), sums.address(), scratch.address());
              if (widening.isIdentity()) {
                compute(columns, from + start, to + start, inner * bytes);
                continue;
              }
              long wide = room.address();
              for (long row = 0; row < size; row++) {
                widening.convert(from + start + row * inner * stored, n, wide + row * n * bytes);
              }
              compute(columns, wide, wide, n * bytes);
              for (long row = 0; row < size; row++) {
                widening.write(wide + row * n * bytes, n, to + start + row * inner * stored);
              }
            }
          }
        });
  }

  /** How many columns, and where there is room for what belongs to them. */
  private record Columns(long count, long maxima, long sums, long scratch) {}

  /**
   * All columns of float32 or float64.
   *
   * @param pitch bytes from one row to the next; of x and of y, which may be the same
   */
  private void compute(Columns columns, long x, long y, long pitch) {
    long n = columns.count;
    MemorySegment.copy(ALL, x, ALL, columns.maxima, n * bytes);
    for (long row = 1; row < size; row++) {
      max.run(columns.maxima, x + row * pitch, columns.maxima, n);
    }
    long part = columns.scratch;
    for (long row = 0; row < size; row++) {
      // The logarithm needs no exponential again, but x.
      long result = logarithm ? columns.scratch + n * bytes : y + row * pitch;
      minus.run(x + row * pitch, columns.maxima, result, n);
      exp.run(result, result, n);
      addRow(row, result, part, columns);
    }
    ofSums.run(columns.sums, columns.sums, n);
    for (long row = 0; row < size; row++) {
      long result = y + row * pitch;
      if (logarithm) {
        minus.run(x + row * pitch, columns.maxima, result, n);
        minus.run(result, columns.sums, result, n);
      } else {
        times.run(result, columns.sums, result, n);
      }
    }
  }

  /** Adds a row to the sum of some, and that to the sum of all when they are complete. */
  private void addRow(long row, long values, long part, Columns columns) {
    long n = columns.count;
    if (row % ROWS == 0) {
      MemorySegment.copy(ALL, values, ALL, part, n * bytes);
    } else {
      plus.run(part, values, part, n);
    }
    if (row % ROWS == ROWS - 1 || row == size - 1) {
      if (row < ROWS) {
        MemorySegment.copy(ALL, part, ALL, columns.sums, n * bytes);
      } else {
        plus.run(columns.sums, part, columns.sums, n);
      }
    }
  }
}
