package dev.weft.engine.reference;

import java.util.Arrays;
import java.util.Optional;

/**
 * A real matrix as A = Z T Zᵀ with Z orthogonal and T triangular but for blocks of two rows on its
 * diagonal, which hold pairs of complex eigenvalues: by reflections that chase a bulge of two
 * shifts down the diagonal. Source: Francis, "The QR transformation", 1961; Golub, Van Loan,
 * "Matrix computations", chapter 7.
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

  /** The triangle of a matrix, or empty where steps run out. */
  static Optional<ComplexSchur> of(double[][] a) {
    var schur = new Schur(a);
    schur.toHessenberg();
    return schur.toTriangle() ? Optional.of(ComplexSchur.of(schur.t, schur.z)) : Optional.empty();
  }

  /** Zeros below the first subdiagonal. */
  private void toHessenberg() {
    for (int k = 0; k < n - 2; k++) {
      double[] x = new double[n - k - 1];
      for (int i = k + 1; i < n; i++) {
        x[i - k - 1] = t[i][k];
      }
      reflect(k + 1, x);
      for (int i = k + 2; i < n; i++) {
        t[i][k] = 0; // exactly, or later steps would spread what rounding left
      }
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

  /** Zeros below the diagonal, but for pairs of complex eigenvalues; false where steps run out. */
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
        splitPair(first);
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

  /** Makes the 2 by 2 block at (i, i) triangular, where its eigenvalues are real. */
  private void splitPair(int i) {
    double half = (t[i][i] - t[i + 1][i + 1]) / 2;
    double product = t[i][i + 1] * t[i + 1][i];
    double square = half * half + product;
    // Rounding may turn a double eigenvalue into a pair that is complex by a hair.
    if (square < -0x1p-48 * (half * half + Math.abs(product))) {
      return;
    }
    double root = Math.sqrt(Math.max(0, square));
    // (λ − d, c) is an eigenvector of (a b; c d), for the root that does not cancel.
    reflect(i, half + Math.copySign(root, half), t[i + 1][i]);
    t[i + 1][i] = 0;
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
}
