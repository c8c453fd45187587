package dev.weft.engine.reference;

import static dev.weft.engine.reference.ComplexRows.add;
import static dev.weft.engine.reference.ComplexRows.at;
import static dev.weft.engine.reference.ComplexRows.over;
import static dev.weft.engine.reference.ComplexRows.phase;
import static dev.weft.engine.reference.ComplexRows.set;

import dev.weft.engine.Complex;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Cholesky;
import dev.weft.engine.op.Lu;
import dev.weft.engine.op.Solve;
import dev.weft.engine.op.SolveTriangular;
import java.util.Arrays;
import java.util.stream.IntStream;

/** {@link Elimination} for complex matrices. */
final class ComplexElimination {

  private ComplexElimination() {}

  /**
   * P A = L U in the place of A, L without its ones; the entry of a column with the largest sum of
   * parts is its pivot, as in LAPACK.
   *
   * @param order which row of the given matrix each row is
   */
  private record Eliminated(double[][] a, int[] order, double sign) {

    static Eliminated of(double[][] a, int columns) {
      int[] order = IntStream.range(0, a.length).toArray();
      double sign = 1;
      for (int k = 0; k < Math.min(a.length, columns); k++) {
        int pivot = k;
        for (int i = k + 1; i < a.length; i++) {
          pivot = size(at(a[i], k)) > size(at(a[pivot], k)) ? i : pivot;
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
          if (!isZero(at(a[i], k))) { // so that a column of zeros gives 0, not 0/0
            Complex factor = over(at(a[i], k), at(a[k], k));
            add(a[i], factor.times(-1), a[k], k + 1);
            set(a[i], k, factor);
          }
        }
      }
      return new Eliminated(a, order, sign);
    }

    Complex det() {
      Complex det = new Complex(sign, 0);
      for (int i = 0; i < a.length; i++) {
        det = det.times(at(a[i], i));
      }
      return det;
    }
  }

  private static double size(Complex z) {
    return Math.abs(z.re()) + Math.abs(z.im());
  }

  private static boolean isZero(Complex z) {
    return z.re() == 0 && z.im() == 0;
  }

  static void solve(Solve op, Tensor a, Tensor b, Tensor y) {
    double[][][] left = ComplexRows.of(a);
    double[][][] right = ComplexRows.of(b);
    for (int m = 0; m < left.length; m++) {
      var lu = Eliminated.of(left[m], left[m].length);
      double[][] x = new double[left[m].length][];
      for (int i = 0; i < x.length; i++) {
        if (isZero(at(lu.a[i], i))) {
          throw Matrices.failure(op, a, m, "is singular");
        }
        x[i] = right[m][lu.order[i]];
      }
      substitute(lu.a, x, false, true);
      substitute(lu.a, x, true, false);
      right[m] = x;
    }
    ComplexRows.write(y, right);
  }

  static void solveTriangular(SolveTriangular op, Tensor a, Tensor b, Tensor y) {
    double[][][] left = ComplexRows.of(a);
    double[][][] right = ComplexRows.of(b);
    for (int m = 0; m < left.length; m++) {
      substitute(left[m], right[m], op.upper(), op.unitriangular());
    }
    ComplexRows.write(y, right);
  }

  /** x ← T⁻¹ x for the upper or lower triangle T of {@code a}. */
  private static void substitute(double[][] a, double[][] x, boolean upper, boolean unit) {
    int n = a.length;
    for (int step = 0; step < n; step++) {
      int i = upper ? n - 1 - step : step;
      for (int k = upper ? i + 1 : 0; k < (upper ? n : i); k++) {
        add(x[i], at(a[i], k).times(-1), x[k]);
      }
      for (int j = 0; !unit && j < x[i].length / 2; j++) {
        set(x[i], j, over(at(x[i], j), at(a[i], i)));
      }
    }
  }

  static void det(Tensor a, Tensor y) {
    double[][][] matrices = ComplexRows.of(a);
    double[] det = new double[2 * matrices.length];
    for (int m = 0; m < matrices.length; m++) {
      set(det, m, Eliminated.of(matrices[m], matrices[m].length).det());
    }
    ComplexRows.write(y, new double[][] {det});
  }

  static void slogdet(Tensor a, Tensor sign, Tensor logabsdet) {
    double[][][] matrices = ComplexRows.of(a);
    double[] signs = new double[2 * matrices.length];
    double[] logs = new double[matrices.length];
    for (int m = 0; m < logs.length; m++) {
      var lu = Eliminated.of(matrices[m], matrices[m].length);
      Complex product = new Complex(lu.sign, 0);
      for (int i = 0; i < lu.a.length; i++) {
        Complex pivot = at(lu.a[i], i);
        product = isZero(pivot) ? pivot : product.times(phase(pivot));
        logs[m] += Math.log(pivot.abs());
      }
      set(signs, m, product);
    }
    ComplexRows.write(sign, new double[][] {signs});
    Values.write(logabsdet, logs);
  }

  static void lu(Lu op, Tensor a, Tensor[] out) {
    double[][][] matrices = ComplexRows.of(a);
    int columns = (int) a.size(-1);
    int rank = (int) out[1].size(-1);
    double[][][] p = new double[matrices.length][][];
    double[][][] l = new double[matrices.length][][];
    double[][][] u = new double[matrices.length][][];
    for (int m = 0; m < matrices.length; m++) {
      var lu = Eliminated.of(matrices[m], columns);
      int rows = lu.a.length;
      p[m] = new double[rows][2 * rows];
      l[m] = new double[rows][];
      u[m] = new double[rank][];
      for (int i = 0; i < rows; i++) {
        p[m][lu.order[i]][2 * i] = 1;
        l[m][i] = Arrays.copyOf(Arrays.copyOf(lu.a[i], 2 * Math.min(i, rank)), 2 * rank);
        if (i < rank) {
          l[m][i][2 * i] = 1;
          u[m][i] = lu.a[i].clone();
          ComplexRows.clear(u[m][i], i);
        }
      }
    }
    ComplexRows.write(out[0], p);
    ComplexRows.write(out[1], l);
    ComplexRows.write(out[2], u);
  }

  static void cholesky(Cholesky op, Tensor a, Tensor y) {
    double[][][] matrices = ComplexRows.of(a);
    for (int m = 0; m < matrices.length; m++) {
      double[][] s = ComplexRows.hermitianPart(matrices[m]);
      double[][] l = new double[s.length][2 * s.length];
      for (int i = 0; i < l.length; i++) {
        for (int j = 0; j <= i; j++) {
          // The elements from j on are still 0 in row j or in row i.
          Complex rest = at(s[i], j).minus(ComplexRows.dot(l[j], l[i]));
          if (i == j && !(rest.re() > 0)) {
            throw Matrices.failure(op, a, m, "is not positive definite");
          }
          set(
              l[i],
              j,
              i == j ? new Complex(Math.sqrt(rest.re()), 0) : rest.times(1 / at(l[j], j).re()));
        }
      }
      matrices[m] = l;
    }
    ComplexRows.write(y, matrices);
  }

  /** By rotations of neighbouring rows. Source: Givens, 1958. */
  static void qr(Tensor a, Tensor q, Tensor r) {
    double[][][] matrices = ComplexRows.of(a);
    double[][][] orthonormal = new double[matrices.length][][];
    int rows = (int) a.size(-2);
    for (int m = 0; m < matrices.length; m++) {
      double[][] x = matrices[m];
      double[][] basis = ComplexRows.identity(rows); // x = basis · A
      for (int k = 0; k < Math.min(rows, (int) a.size(-1)); k++) {
        for (int i = rows - 2; i >= k; i--) {
          var rotation = ComplexRows.Rotation.of(at(x[i], k), at(x[i + 1], k));
          rotation.apply(x[i], x[i + 1]);
          rotation.apply(basis[i], basis[i + 1]);
          ComplexRows.clear(x[i + 1], k + 1);
        }
        Complex turn = phase(at(x[k], k)).conj();
        ComplexRows.scale(x[k], turn);
        ComplexRows.scale(basis[k], turn);
        set(x[k], k, new Complex(at(x[k], k).re(), 0));
      }
      int columns = (int) q.size(-1);
      orthonormal[m] = ComplexRows.adjoint(Arrays.copyOf(basis, columns), rows);
      matrices[m] = Arrays.copyOf(x, columns);
    }
    ComplexRows.write(q, orthonormal);
    ComplexRows.write(r, matrices);
  }
}
