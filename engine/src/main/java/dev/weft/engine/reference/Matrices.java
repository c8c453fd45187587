package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;

/** The matrices of a batch as arrays of rows. */
final class Matrices {

  private Matrices() {}

  /** All matrices in the last two dimensions. */
  static double[][][] of(Tensor x) {
    int rows = (int) x.size(-2);
    int columns = (int) x.size(-1);
    double[] values = Values.doubles(x);
    double[][][] matrices =
        new double[Values.count(x.shape().slice(0, x.rank() - 2))][rows][columns];
    int at = 0;
    for (double[][] matrix : matrices) {
      for (double[] row : matrix) {
        System.arraycopy(values, at, row, 0, columns);
        at += columns;
      }
    }
    return matrices;
  }

  /** Stores the matrices of a batch. */
  static void write(Tensor y, double[][][] matrices) {
    int columns = (int) y.size(-1);
    double[] values = new double[Values.count(y.shape())];
    int at = 0;
    for (double[][] matrix : matrices) {
      for (double[] row : matrix) {
        System.arraycopy(row, 0, values, at, columns);
        at += columns;
      }
    }
    Values.write(y, values);
  }

  /** Stores a row for each matrix of a batch. */
  static void write(Tensor y, double[][] rows) {
    write(y, new double[][][] {rows});
  }

  static double[][] identity(int n) {
    double[][] y = new double[n][n];
    for (int i = 0; i < n; i++) {
      y[i][i] = 1;
    }
    return y;
  }

  static double[][] transposed(double[][] a, int columns) {
    double[][] y = new double[columns][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < columns; j++) {
        y[j][i] = a[i][j];
      }
    }
    return y;
  }

  /** (A + Aᵀ) / 2. */
  static double[][] symmetricPart(double[][] a) {
    double[][] y = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        y[i][j] = (a[i][j] + a[j][i]) / 2;
      }
    }
    return y;
  }

  static void requireFinite(Op op, Tensor a, double[][] matrix, int number) {
    for (double[] row : matrix) {
      for (double x : row) {
        if (!Double.isFinite(x)) {
          throw failure(op, a, number, "holds NaN or infinity");
        }
      }
    }
  }

  /** There is no result for matrix {@code number} of a batch. */
  static ArithmeticException failure(Op op, Tensor a, int number, String what) {
    String which = a.rank() > 2 ? "matrix " + number + " of the batch " : "the matrix ";
    return new ArithmeticException(op + ": " + a.spec() + ": " + which + what);
  }
}
