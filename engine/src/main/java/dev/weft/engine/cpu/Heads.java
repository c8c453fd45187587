package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Tensor;
import dev.weft.engine.cpu.Gemm.Matrix;

/**
 * The matrices of a tensor (…, rows, columns), in float32 or float64 and with adjacent columns: its
 * own memory where that will do. The tensor must have elements.
 */
final class Heads implements AutoCloseable {

  private final Temp memory;
  private final Runs batches;
  private final long row;
  private final int bytes;
  private final long rows;
  private final long columns;

  private Heads(Temp memory, Layout layout, DType dtype) {
    int rank = layout.shape().rank();
    this.memory = memory;
    this.batches = Runs.of(Products.batch(layout));
    this.bytes = dtype.bytes();
    this.row = layout.stride(-2) * bytes;
    this.rows = layout.shape().size(rank - 2);
    this.columns = layout.shape().size(rank - 1);
  }

  static Heads of(Tensor x) {
    DType dtype = Widening.of(x.dtype()).to();
    boolean inPlace = dtype == x.dtype() && (x.size(-1) <= 1 || x.layout().stride(-1) == 1);
    return inPlace
        ? new Heads(Temp.in(x), x.layout(), dtype)
        : new Heads(Widening.contiguous(x), Layout.contiguous(x.shape()), dtype);
  }

  /** The matrix of a head, counted row by row over the leading dimensions. */
  Matrix at(long head) {
    return new Matrix(memory.address() + batches.offset(0, head) * bytes, row, bytes);
  }

  /** Whether no element of a head is infinite or NaN. */
  boolean isFinite(long head, Fold max, Fold min) {
    Matrix matrix = at(head);
    boolean joined = row == columns * bytes;
    long length = joined ? rows * columns : columns;
    for (long i = 0; i < (joined ? 1 : rows); i++) {
      long from = matrix.at(i, 0);
      if (!Double.isFinite(max.run(from, 0, 0, length))
          || !Double.isFinite(min.run(from, 0, 0, length))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    memory.close();
  }
}
