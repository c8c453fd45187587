package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Tensor;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.LinearOp;

/** Matrix products of tensors: dtypes, batches and layouts on top of {@link Gemm}. */
final class Products {

  /** Multiply-adds per piece of a batch: about 25 µs. */
  private static final long PIECE = 2_000_000;

  private Products() {}

  /** y[…] = a[…] b[…]. */
  static void matmul(Tensor a, Tensor b, Tensor y) {
    DType dtype = a.dtype();
    if (dtype.isHalf()) {
      try (Wide left = Wide.of(a);
          Wide right = Wide.of(b);
          Temp result = Temp.of(4 * y.numel())) {
        matmul(left.layout, left.address(), right.layout, right.address(), y, result.address());
        Copies.cast(DType.FLOAT32, result.address(), dtype, y.address(), y.numel());
      }
    } else if (dtype.isFloating()) {
      matmul(a.layout(), a.address(), b.layout(), b.address(), y, y.address());
    } else {
      IntegerProducts.matmul(a, b, y);
    }
  }

  /** A half tensor in float32, row-major. */
  record Wide(Temp memory, Layout layout) implements AutoCloseable {

    static Wide of(Tensor x) {
      Temp memory = Temp.of(4 * x.numel());
      try (Temp from = Temp.contiguous(x)) {
        Copies.cast(x.dtype(), from.address(), DType.FLOAT32, memory.address(), x.numel());
      }
      return new Wide(memory, Layout.contiguous(x.shape()));
    }

    long address() {
      return memory.address();
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  private static void matmul(
      Layout a, long aAddress, Layout b, long bAddress, Tensor y, long yAddress) {
    int rank = y.rank();
    long m = y.size(-2);
    long n = y.size(-1);
    long k = a.shape().size(-1);
    if (y.numel() == 0) {
      return;
    }
    Gemm gemm = y.dtype() == DType.FLOAT64 ? Gemm.F64 : Gemm.F32;
    int bytes = gemm.bytes;
    long aRow = a.stride(-2) * bytes;
    long aColumn = a.stride(-1) * bytes;
    long bRow = b.stride(-2) * bytes;
    long bColumn = b.stride(-1) * bytes;
    if (rank == 2) {
      gemm.run(
          m,
          n,
          k,
          new Matrix(aAddress, aRow, aColumn),
          new Matrix(bAddress, bRow, bColumn),
          0,
          yAddress,
          n * bytes);
      return;
    }
    Runs batches = Runs.of(batch(a), batch(b), batch(Layout.contiguous(y.shape())));
    long count = y.numel() / (m * n);
    long inner = batches.inner();
    long grain = m * n * k > PIECE ? count : Math.max(1, PIECE / Math.max(1, m * n * k));
    Parallel.ranges(
        count,
        grain,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long within = i % inner;
            batches.forEach(
                i / inner,
                i / inner + 1,
                at ->
                    gemm.run(
                        m,
                        n,
                        k,
                        new Matrix(
                            aAddress + (at[0] + within * batches.step(0)) * bytes, aRow, aColumn),
                        new Matrix(
                            bAddress + (at[1] + within * batches.step(1)) * bytes, bRow, bColumn),
                        0,
                        yAddress + (at[2] + within * batches.step(2)) * bytes,
                        n * bytes));
          }
        });
  }

  /** The leading dimensions of a layout, seen from its first element. */
  static Layout batch(Layout layout) {
    int rank = layout.shape().rank();
    long[] steps = new long[rank - 2];
    for (int d = 0; d < steps.length; d++) {
      steps[d] = layout.stride(d);
    }
    return Layout.strided(layout.shape().slice(0, rank - 2), steps, 0);
  }

  /** y = x wᵀ + b over the last dimension. */
  static void linear(LinearOp op, Tensor[] in, Tensor y) {
    Tensor x = in[0];
    Tensor w = in[1];
    DType dtype = x.dtype();
    long outputs = w.size(0);
    long inputs = w.size(1);
    if (y.numel() == 0) {
      return;
    }
    long rows = y.numel() / outputs;
    if (dtype.isHalf()) {
      try (Wide left = Wide.of(x);
          Wide right = Wide.of(w);
          Temp result = Temp.of(4 * y.numel());
          Wide bias = Wide.of(op.bias() ? in[2] : w)) {
        Gemm.F32.run(
            rows,
            outputs,
            inputs,
            new Matrix(left.address(), 4 * inputs, 4),
            new Matrix(right.address(), 4, 4 * inputs),
            op.bias() ? bias.address() : 0,
            result.address(),
            4 * outputs);
        Copies.cast(DType.FLOAT32, result.address(), dtype, y.address(), y.numel());
      }
      return;
    }
    Gemm gemm = Gemm.of(dtype);
    int bytes = gemm.bytes;
    // All leading dimensions as one, which a copy may be needed for.
    boolean matrix = x.rank() == 2;
    try (Temp left = matrix ? Temp.in(x) : Temp.contiguous(x);
        Temp bias = op.bias() ? Temp.contiguous(in[2]) : Temp.none()) {
      gemm.run(
          rows,
          outputs,
          inputs,
          new Matrix(
              left.address(),
              (matrix ? x.layout().stride(0) : inputs) * bytes,
              (matrix ? x.layout().stride(1) : 1) * bytes),
          new Matrix(w.address(), w.layout().stride(1) * bytes, w.layout().stride(0) * bytes),
          bias.address(),
          y.address(),
          outputs * bytes);
    }
  }
}
