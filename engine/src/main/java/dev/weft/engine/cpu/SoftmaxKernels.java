package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Half;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.LogSoftmaxOp;
import dev.weft.engine.op.SoftmaxOp;

/** Softmax and its logarithm, row by row; sums are held in float32 or wider. */
final class SoftmaxKernels {

  private SoftmaxKernels() {}

  static void softmax(SoftmaxOp op, Tensor x, Tensor y) {
    if (ColumnSoftmax.suits(x, op.dim())) {
      ColumnSoftmax.run(false, op.dim(), x, y);
      return;
    }
    DType dtype = Widening.of(x.dtype()).to();
    var exponentials = new Exponentials(dtype, x.numel());
    Loops.Binary times = BinaryKernels.right(Binary.MUL, dtype, x.numel());
    alongRows(
        op.dim(),
        x,
        y,
        (from, to, count, _) -> {
          double sum = exponentials.store(from, exponentials.max(from, count), to, count);
          times.right(to, Half.round(dtype, 1 / sum), to, count);
        });
  }

  static void logSoftmax(LogSoftmaxOp op, Tensor x, Tensor y) {
    if (ColumnSoftmax.suits(x, op.dim())) {
      ColumnSoftmax.run(true, op.dim(), x, y);
      return;
    }
    DType dtype = Widening.of(x.dtype()).to();
    var exponentials = new Exponentials(dtype, x.numel());
    Formula shift = Formula.Kind.SHIFT.on(dtype, x.numel());
    alongRows(
        op.dim(),
        x,
        y,
        (from, to, count, room) -> {
          double max = exponentials.max(from, count);
          double log = Exponentials.log(exponentials.sum(from, max, count, room));
          shift.run(from, max, log, 0, to, count);
        });
  }

  /** Computes a row of float32 or float64 from another, which may be the same. */
  private interface Row {
    void run(long from, long to, long count, Temp room);
  }

  private static void alongRows(int dim, Tensor x, Tensor y, Row row) {
    if (x.numel() == 0) {
      return;
    }
    int bytes = x.dtype().bytes();
    boolean innermost = x.rank() == 0 || x.shape().dim(dim) == x.rank() - 1;
    long size = x.rank() == 0 ? 1 : x.size(dim);
    Widening widening = Widening.of(x.dtype());
    try (Temp from = Temp.rows(x, dim);
        Temp to = innermost ? Temp.in(y) : Temp.of(y.numel() * bytes)) {
      Parallel.ranges(
          x.numel() / size,
          Math.max(1, Elementwise.HEAVY / size),
          (first, last) -> {
            try (Temp wide = widening.room(size);
                Temp room = Temp.of(Math.min(size, Fold.BLOCK) * widening.to().bytes())) {
              for (long i = first; i < last; i++) {
                long target = to.address() + i * size * bytes;
                long values = widening.read(from.address() + i * size * bytes, size, wide);
                long results = widening.target(target, wide);
                row.run(values, results, size, room);
                widening.write(results, size, target);
              }
            }
          });
      if (!innermost) {
        Copies.scatter(to.address(), Temp.innermost(y.layout(), dim), bytes, y.address());
      }
    }
  }
}
