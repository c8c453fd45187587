package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.LinearOp;

/** Sums of products. */
final class Products {

  private Products() {}

  /** y[…, i, j] = Σₖ a[…, i, k] b[…, k, j]. */
  static void matmul(Tensor a, Tensor b, Tensor y) {
    int rows = (int) a.size(-2);
    int inner = (int) a.size(-1);
    int columns = (int) b.size(-1);
    int batch = Values.count(a.shape().slice(0, a.rank() - 2));
    if (a.dtype().isFloating()) {
      double[] left = Values.doubles(a);
      double[] right = Values.doubles(b);
      double[] sums = new double[Values.count(y.shape())];
      for (int n = 0; n < batch; n++) {
        for (int i = 0; i < rows; i++) {
          for (int k = 0; k < inner; k++) {
            for (int j = 0; j < columns; j++) {
              sums[(n * rows + i) * columns + j] +=
                  left[(n * rows + i) * inner + k] * right[(n * inner + k) * columns + j];
            }
          }
        }
      }
      Values.write(y, sums);
    } else {
      long[] left = Values.longs(a);
      long[] right = Values.longs(b);
      long[] sums = new long[Values.count(y.shape())];
      for (int n = 0; n < batch; n++) {
        for (int i = 0; i < rows; i++) {
          for (int k = 0; k < inner; k++) {
            for (int j = 0; j < columns; j++) {
              sums[(n * rows + i) * columns + j] +=
                  left[(n * rows + i) * inner + k] * right[(n * inner + k) * columns + j];
            }
          }
        }
      }
      Values.write(y, sums);
    }
  }

  /** y[…, j] = Σₖ x[…, k] w[j, k] + b[j]. */
  static void linear(LinearOp op, Tensor[] in, Tensor y) {
    double[] x = Values.doubles(in[0]);
    double[] w = Values.doubles(in[1]);
    int outputs = (int) in[1].size(0);
    int inner = (int) in[1].size(1);
    double[] b = op.bias() ? Values.doubles(in[2]) : new double[outputs];
    double[] sums = new double[Values.count(y.shape())];
    for (int i = 0; i < sums.length; i++) {
      int row = i / outputs;
      int j = i % outputs;
      double sum = 0;
      for (int k = 0; k < inner; k++) {
        sum += x[row * inner + k] * w[j * inner + k];
      }
      sums[i] = sum + b[j];
    }
    Values.write(y, sums);
  }
}
