package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Cholesky;
import dev.weft.engine.op.Lu;
import dev.weft.engine.op.Qr;
import dev.weft.engine.op.Solve;
import dev.weft.engine.op.SolveTriangular;

/** What comes from putting zeros below a diagonal, column by column. */
final class Elimination {

  private Elimination() {}

  /**
   * P A = L U in the place of A, L without its ones; the largest entry of a column is its pivot.
   *
   * @param order which row of the given matrix each row is
   */
  private record Eliminated(double[][] a, int[] order, double sign) {

    static Eliminated of(double[][] a, int columns) {
      int[] order = new int[a.length];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      double sign = 1;
      for (int k = 0; k < Math.min(a.length, columns); k++) {
        int pivot = k;
        for (int i = k + 1; i < a.length; i++) {
          if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) {
            pivot = i;
          }
        }
        if (pivot != k) {
          double[] row = a[k];
          a[k] = a[pivot];
          a[pivot] = row;
          int number = order[k];
          order[k] = order[pivot];
          order[pivot] = number;
          sign = -sign;
        }
        for (int i = k + 1; i < a.length; i++) {
          if (a[i][k] != 0) { // so that a column of zeros gives 0, not 0/0
            a[i][k] /= a[k][k];
            for (int j = k + 1; j < columns; j++) {
              a[i][j] -= a[i][k] * a[k][j];
            }
          }
        }
      }
      return new Eliminated(a, order, sign);
    }
  }

  static void solve(Solve op, Tensor a, Tensor b, Tensor y) {
    double[][][] left = Matrices.of(a);
    double[][][] right = Matrices.of(b);
    int columns = (int) b.size(-1);
    for (int m = 0; m < left.length; m++) {
      var lu = Eliminated.of(left[m], left[m].length);
      double[][] x = new double[left[m].length][];
      for (int i = 0; i < x.length; i++) {
        if (lu.a[i][i] == 0) {
          throw Matrices.failure(op, a, m, "is singular");
        }
        x[i] = right[m][lu.order[i]];
      }
      substitute(lu.a, x, columns, false, true);
      substitute(lu.a, x, columns, true, false);
      right[m] = x;
    }
    Matrices.write(y, right);
  }

  static void solveTriangular(SolveTriangular op, Tensor a, Tensor b, Tensor y) {
    double[][][] left = Matrices.of(a);
    double[][][] right = Matrices.of(b);
    for (int m = 0; m < left.length; m++) {
      substitute(left[m], right[m], (int) b.size(-1), op.upper(), op.unitriangular());
    }
    Matrices.write(y, right);
  }

  /** x ← T⁻¹ x for the upper or lower triangle T of {@code a}. */
  private static void substitute(
      double[][] a, double[][] x, int columns, boolean upper, boolean unit) {
    int n = a.length;
    for (int step = 0; step < n; step++) {
      int i = upper ? n - 1 - step : step;
      for (int j = 0; j < columns; j++) {
        double sum = x[i][j];
        for (int k = upper ? i + 1 : 0; k < (upper ? n : i); k++) {
          sum -= a[i][k] * x[k][j];
        }
        x[i][j] = unit ? sum : sum / a[i][i];
      }
    }
  }

  static void det(Tensor a, Tensor y) {
    double[][][] matrices = Matrices.of(a);
    double[] det = new double[matrices.length];
    for (int m = 0; m < det.length; m++) {
      var lu = Eliminated.of(matrices[m], matrices[m].length);
      det[m] = lu.sign;
      for (int i = 0; i < lu.a.length; i++) {
        det[m] *= lu.a[i][i];
      }
    }
    Values.write(y, det);
  }

  static void slogdet(Tensor a, Tensor sign, Tensor logabsdet) {
    double[][][] matrices = Matrices.of(a);
    double[] signs = new double[matrices.length];
    double[] logs = new double[matrices.length];
    for (int m = 0; m < signs.length; m++) {
      var lu = Eliminated.of(matrices[m], matrices[m].length);
      signs[m] = lu.sign;
      for (int i = 0; i < lu.a.length; i++) {
        signs[m] *= Math.signum(lu.a[i][i]);
        logs[m] += Math.log(Math.abs(lu.a[i][i]));
      }
    }
    Values.write(sign, signs);
    Values.write(logabsdet, logs);
  }

  static void lu(Lu op, Tensor a, Tensor[] out) {
    double[][][] matrices = Matrices.of(a);
    int columns = (int) a.size(-1);
    int rank = (int) out[1].size(-1);
    double[][][] p = Matrices.of(out[0]);
    double[][][] l = Matrices.of(out[1]);
    double[][][] u = Matrices.of(out[2]);
    for (int m = 0; m < matrices.length; m++) {
      var lu = Eliminated.of(matrices[m], columns);
      for (int i = 0; i < lu.a.length; i++) {
        for (int j = 0; j < lu.a.length; j++) {
          p[m][lu.order[i]][j] = i == j ? 1 : 0;
        }
        for (int j = 0; j < rank; j++) {
          l[m][i][j] = i > j ? lu.a[i][j] : i == j ? 1 : 0;
        }
      }
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < columns; j++) {
          u[m][i][j] = i <= j ? lu.a[i][j] : 0;
        }
      }
    }
    Matrices.write(out[0], p);
    Matrices.write(out[1], l);
    Matrices.write(out[2], u);
  }

  static void cholesky(Cholesky op, Tensor a, Tensor y) {
    double[][][] matrices = Matrices.of(a);
    for (int m = 0; m < matrices.length; m++) {
      double[][] s = Matrices.symmetricPart(matrices[m]);
      double[][] l = new double[s.length][s.length];
      for (int i = 0; i < l.length; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = s[i][j];
          for (int k = 0; k < j; k++) {
            sum -= l[i][k] * l[j][k];
          }
          if (i == j && !(sum > 0)) {
            throw Matrices.failure(op, a, m, "is not positive definite");
          }
          l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
        }
      }
      matrices[m] = l;
    }
    Matrices.write(y, matrices);
  }

  /** By reflections. Source: Householder, 1958. */
  static void qr(Qr op, Tensor a, Tensor q, Tensor r) {
    double[][][] matrices = Matrices.of(a);
    int rows = (int) a.size(-2);
    int columns = (int) a.size(-1);
    double[][][] orthonormal = new double[matrices.length][][];
    for (int m = 0; m < matrices.length; m++) {
      double[][] x = matrices[m];
      double[][] basis = Matrices.identity(rows); // its rows become the columns of Q
      for (int k = 0; k < Math.min(rows, columns); k++) {
        reflect(x, basis, k, columns);
      }
      orthonormal[m] = Matrices.transposed(basis, rows);
    }
    int kept = (int) r.size(-2);
    for (int m = 0; m < matrices.length; m++) {
      matrices[m] = java.util.Arrays.copyOf(matrices[m], kept);
    }
    Matrices.write(q, orthonormal);
    Matrices.write(r, matrices);
  }

  /** Turns the rows from k on so that column k is 0 below its diagonal and not negative on it. */
  private static void reflect(double[][] x, double[][] basis, int k, int columns) {
    int rows = x.length;
    double length = 0;
    for (int i = k; i < rows; i++) {
      length = Math.hypot(length, x[i][k]);
    }
    double[] v = new double[rows];
    double squares = 0;
    for (int i = k; i < rows; i++) {
      // The sign that does not cancel.
      v[i] = x[i][k] + (i == k ? Math.copySign(length, x[k][k]) : 0);
      squares += v[i] * v[i];
    }
    if (squares > 0) {
      mirror(x, v, squares, columns);
      mirror(basis, v, squares, rows);
    }
    for (int i = k + 1; i < rows; i++) {
      x[i][k] = 0;
    }
    if (x[k][k] < 0) {
      negate(x[k]);
      negate(basis[k]);
    }
  }

  /** x ← (I − 2 v vᵀ / vᵀv) x. */
  private static void mirror(double[][] x, double[] v, double squares, int columns) {
    for (int j = 0; j < columns; j++) {
      double sum = 0;
      for (int i = 0; i < v.length; i++) {
        sum += v[i] * x[i][j];
      }
      for (int i = 0; i < v.length; i++) {
        x[i][j] -= 2 * sum / squares * v[i];
      }
    }
  }

  private static void negate(double[] row) {
    for (int j = 0; j < row.length; j++) {
      row[j] = -row[j];
    }
  }
}
