package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;

/** Matrix products of integers, in 64 bits; results keep the low bits that their dtype holds. */
final class IntegerProducts {

  private IntegerProducts() {}

  /** y[…] = a[…] b[…]. */
  static void matmul(Tensor a, Tensor b, Tensor y) {
    if (y.numel() == 0) {
      return;
    }
    DType dtype = y.dtype();
    int bytes = dtype.bytes();
    int n = Math.toIntExact(y.size(-1));
    int k = Math.toIntExact(a.size(-1));
    long m = y.size(-2);
    try (Temp left = Temp.contiguous(a);
        Temp right = Temp.contiguous(b)) {
      Parallel.ranges(
          y.numel() / n,
          Math.max(1, Elementwise.HEAVY / Math.max(1, (long) n * k)),
          (from, to) -> {
            for (long row = from; row < to; row++) {
              long[] factors = Chunk.longs(dtype, left.address() + row * k * bytes, k);
              long[] sums = new long[n];
              long matrix = right.address() + row / m * k * n * bytes;
              for (int p = 0; p < k; p++) {
                addRow(factors[p], Chunk.longs(dtype, matrix + (long) p * n * bytes, n), sums);
              }
              Chunk.write(dtype, sums, n, y.address() + row * n * bytes);
            }
          });
    }
  }

  private static void addRow(long factor, long[] row, long[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += factor * row[j];
    }
  }
}
