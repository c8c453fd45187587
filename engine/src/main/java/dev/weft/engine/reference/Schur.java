package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Eig;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues of a matrix that need not be symmetric: A = Z T Zᵀ with T triangular, by reflections
 * that chase a bulge of two shifts down the diagonal. Source: Francis, "The QR transformation",
 * 1961; Golub, Van Loan, "Matrix computations", chapter 7.
 */
final class Schur {

  /** Steps until an eigenvalue splits off; two to four are usual. */
  private static final int MOST_STEPS = 60;

  private final int n;
  private final double[][] t;
  private final double[][] z;

  private Schur(double[][] a) {
    this.n = a.length;
    this.t = a;
    this.z = Matrices.identity(n);
  }

  static void eig(Eig op, Tensor a, Tensor values, Tensor vectors) {
    double[][][] matrices = Matrices.of(a);
    double[][] eigenvalues = new double[matrices.length][];
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      var schur = new Schur(matrices[m]);
      schur.toHessenberg();
      if (!schur.toTriangle()) {
        throw Matrices.failure(op, a, m, "has complex eigenvalues; only real ones are found");
      }
      int[] order =
          IntStream.range(0, schur.n)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> schur.t[i][i]))
              .mapToInt(Integer::intValue)
              .toArray();
      eigenvalues[m] = Arrays.stream(order).mapToDouble(i -> schur.t[i][i]).toArray();
      double[][] rows = Arrays.stream(order).mapToObj(schur::vector).toArray(double[][]::new);
      matrices[m] = Matrices.transposed(rows, schur.n);
    }
    Matrices.write(values, eigenvalues);
    Matrices.write(vectors, matrices);
  }

  /** Zeros below the first subdiagonal. */
  private void toHessenberg() {
    for (int k = 0; k < n - 2; k++) {
      double[] x = new double[n - k - 1];
      for (int i = k + 1; i < n; i++) {
        x[i - k - 1] = t[i][k];
      }
      reflect(k + 1, x);
    }
  }

  /**
   * T ← H T H and Z ← Z H with the reflection H, of coordinates {@code from} on, that turns {@code
   * x} into a multiple of the first unit vector.
   */
  private void reflect(int from, double... x) {
    double length = 0;
    for (double value : x) {
      length = Math.hypot(length, value);
    }
    double[] v = x.clone();
    v[0] += Math.copySign(length, v[0]);
    double squares = Arrays.stream(v).map(value -> value * value).sum();
    if (squares == 0) {
      return;
    }
    for (int j = 0; j < n; j++) { // rows
      double sum = 0;
      for (int i = 0; i < v.length; i++) {
        sum += v[i] * t[from + i][j];
      }
      for (int i = 0; i < v.length; i++) {
        t[from + i][j] -= 2 * sum / squares * v[i];
      }
    }
    for (double[][] matrix : new double[][][] {t, z}) { // columns
      for (double[] row : matrix) {
        double sum = 0;
        for (int i = 0; i < v.length; i++) {
          sum += v[i] * row[from + i];
        }
        for (int i = 0; i < v.length; i++) {
          row[from + i] -= 2 * sum / squares * v[i];
        }
      }
    }
  }

  /** Zeros below the diagonal; false if there are complex eigenvalues. */
  private boolean toTriangle() {
    int last = n - 1;
    int steps = 0;
    while (last > 0) {
      int first = last; // of the block that has not fallen apart yet
      while (first > 0 && !isNegligible(first)) {
        first--;
      }
      if (first > 0) {
        t[first][first - 1] = 0;
      }
      if (first == last) {
        last--;
        steps = 0;
      } else if (first == last - 1) {
        if (!splitPair(first)) {
          return false;
        }
        last -= 2;
        steps = 0;
      } else if (steps++ == MOST_STEPS) {
        return false;
      } else {
        chase(first, last, steps % 10 == 0);
      }
    }
    return true;
  }

  private boolean isNegligible(int i) {
    return Math.abs(t[i][i - 1]) <= 0x1p-52 * (Math.abs(t[i][i]) + Math.abs(t[i - 1][i - 1]));
  }

  /** Makes the 2 by 2 block at (i, i) triangular. */
  private boolean splitPair(int i) {
    double half = (t[i][i] - t[i + 1][i + 1]) / 2;
    double product = t[i][i + 1] * t[i + 1][i];
    double square = half * half + product;
    // Rounding may turn a double eigenvalue into a pair that is complex by a hair.
    if (square < -0x1p-48 * (half * half + Math.abs(product))) {
      return false;
    }
    double root = Math.sqrt(Math.max(0, square));
    // (λ − d, c) is an eigenvector of (a b; c d), for the root that does not cancel.
    reflect(i, half + Math.copySign(root, half), t[i + 1][i]);
    t[i + 1][i] = 0;
    return true;
  }

  /** One step with both eigenvalues of the last 2 by 2 block as shifts, or with an odd pair. */
  private void chase(int first, int last, boolean odd) {
    double spread = Math.abs(t[last][last - 1]) + Math.abs(t[last - 1][last - 2]);
    double trace = odd ? 1.5 * spread : t[last - 1][last - 1] + t[last][last];
    double det =
        odd
            ? spread * spread
            : t[last - 1][last - 1] * t[last][last] - t[last - 1][last] * t[last][last - 1];
    double x =
        t[first][first] * (t[first][first] - trace)
            + t[first][first + 1] * t[first + 1][first]
            + det;
    double y = t[first + 1][first] * (t[first][first] + t[first + 1][first + 1] - trace);
    double w = t[first + 1][first] * t[first + 2][first + 1];
    for (int k = first; k < last - 1; k++) {
      reflect(k, x, y, w);
      if (k > first) {
        t[k + 1][k - 1] = 0;
        t[k + 2][k - 1] = 0;
      }
      x = t[k + 1][k];
      y = t[k + 2][k];
      w = k + 3 <= last ? t[k + 3][k] : 0;
    }
    reflect(last - 1, x, y);
    t[last][last - 2] = 0;
  }

  /** The eigenvector of eigenvalue k, of length 1. */
  private double[] vector(int k) {
    double[] x = new double[n];
    x[k] = 1;
    double least = 0x1p-52 * Math.max(Double.MIN_NORMAL, Math.abs(t[k][k]));
    for (int i = k - 1; i >= 0; i--) {
      double sum = 0;
      for (int j = i + 1; j <= k; j++) {
        sum -= t[i][j] * x[j];
      }
      double gap = t[i][i] - t[k][k];
      x[i] = sum / (Math.abs(gap) < least ? least : gap);
    }
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= k; j++) {
        y[i] += z[i][j] * x[j];
      }
    }
    double length = 0;
    for (double value : y) {
      length = Math.hypot(length, value);
    }
    double scale = Spectra.largest(y) < 0 ? -length : length;
    return Arrays.stream(y).map(value -> value / scale).toArray();
  }
}
