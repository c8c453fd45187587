package dev.weft.engine.reference;

import static dev.weft.engine.reference.ComplexRows.add;
import static dev.weft.engine.reference.ComplexRows.dot;
import static dev.weft.engine.reference.ComplexRows.norm;
import static dev.weft.engine.reference.ComplexRows.scale;

import dev.weft.engine.Complex;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Eigh;
import dev.weft.engine.op.Pinv;
import dev.weft.engine.op.Svd;
import java.util.Arrays;
import java.util.Comparator;

/** {@link Spectra} for complex matrices. */
final class ComplexSpectra {

  private ComplexSpectra() {}

  /**
   * The singular vectors of a matrix as rows, by singular value, largest first: A = Σ s u vᴴ.
   *
   * @param u vectors of the rows' space, one per singular value
   * @param v vectors of the columns' space, likewise
   */
  private record Singular(double[][] u, double[] s, double[][] v) {

    static Singular of(double[][] a, int columns) {
      if (a.length >= columns) {
        return tall(conjugated(ComplexRows.adjoint(a, columns)), a.length).upright();
      }
      Singular turned = tall(conjugated(a), columns); // the columns of Aᴴ
      return new Singular(turned.v, turned.s, turned.u).upright();
    }

    /** As {@link Spectra} does it; a pair is first turned so that its product is real. */
    private static Singular tall(double[][] x, int length) {
      int n = x.length;
      double[][] v = ComplexRows.identity(n);
      boolean turning = true;
      for (int round = 0; turning && round < Spectra.MOST_ROUNDS; round++) {
        turning = false;
        for (int i = 0; i < n; i++) {
          for (int j = i + 1; j < n; j++) {
            turning |= orthogonalise(x, v, i, j);
          }
        }
      }
      double[] lengths = Arrays.stream(x).mapToDouble(ComplexRows::norm).toArray();
      int[] order = Spectra.sorted(n, Comparator.comparingDouble(i -> -lengths[i]));
      double[] s = Arrays.stream(order).mapToDouble(i -> lengths[i]).toArray();
      double[][] u = new double[n][];
      double[][] vectors = new double[n][];
      double negligible = n == 0 ? 0 : s[0] * length * 0x1p-52;
      for (int k = 0; k < n; k++) {
        vectors[k] = v[order[k]];
        u[k] = s[k] > negligible ? x[order[k]] : next(u, k, length);
        scale(u[k], new Complex(1 / norm(u[k]), 0));
      }
      return new Singular(u, s, vectors);
    }

    private static boolean orthogonalise(double[][] x, double[][] v, int i, int j) {
      Complex product = dot(x[i], x[j]);
      double squareI = dot(x[i], x[i]).re();
      double squareJ = dot(x[j], x[j]).re();
      if (product.abs() <= 0x1p-50 * Math.sqrt(squareI * squareJ)) {
        return false;
      }
      double cot = (squareJ - squareI) / (2 * product.abs());
      double tan = Math.copySign(1, cot) / (Math.abs(cot) + Math.hypot(1, cot));
      double cos = 1 / Math.hypot(1, tan);
      Complex turn = ComplexRows.phase(product).conj();
      var rotation = new ComplexRows.Rotation(cos, new Complex(-cos * tan, 0));
      for (double[][] rows : new double[][][] {x, v}) {
        scale(rows[j], turn);
        rotation.apply(rows[i], rows[j]);
      }
      return true;
    }

    /** With the largest entry of each vector in u real and positive. */
    private Singular upright() {
      for (int k = 0; k < s.length; k++) {
        Complex turn = ComplexRows.upright(u[k]);
        scale(u[k], turn);
        scale(v[k], turn);
      }
      return this;
    }
  }

  static void svd(Svd op, Tensor a, Tensor u, Tensor s, Tensor vh) {
    double[][][] matrices = ComplexRows.of(a);
    int rows = (int) a.size(-2);
    int columns = (int) a.size(-1);
    double[][][] left = new double[matrices.length][][];
    double[][] values = new double[matrices.length][];
    double[][][] right = new double[matrices.length][][];
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      var found = Singular.of(matrices[m], columns);
      double[][] vectors = completed(found.u, (int) u.size(-1), rows);
      left[m] = ComplexRows.adjoint(conjugated(vectors), rows);
      values[m] = found.s;
      right[m] = conjugated(completed(found.v, (int) vh.size(-2), columns));
    }
    ComplexRows.write(u, left);
    Matrices.write(s, values);
    ComplexRows.write(vh, right);
  }

  static void pinv(Pinv op, Tensor a, Tensor y) {
    double[][][] matrices = ComplexRows.of(a);
    int columns = (int) a.size(-1);
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      var found = Singular.of(matrices[m], columns);
      double[][] inverse = new double[columns][2 * matrices[m].length];
      for (int k = 0; k < found.s.length && found.s[k] > op.rtol() * found.s[0]; k++) {
        double[] row = conjugated(found.u)[k];
        for (int i = 0; i < columns; i++) {
          add(inverse[i], ComplexRows.at(found.v[k], i).times(1 / found.s[k]), row);
        }
      }
      matrices[m] = inverse;
    }
    ComplexRows.write(y, matrices);
  }

  /** The triangular form of a Hermitian matrix is diagonal. */
  static void eigh(Eigh op, Tensor a, Tensor values, Tensor vectors) {
    double[][][] matrices = ComplexRows.of(a);
    double[][] eigenvalues = new double[matrices.length][];
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      var schur = ComplexSchur.of(ComplexRows.hermitianPart(matrices[m]));
      if (!schur.toTriangle()) {
        throw Matrices.failure(op, a, m, "has eigenvalues that were not found");
      }
      int n = matrices[m].length;
      int[] order = Spectra.sorted(n, Comparator.comparingDouble(i -> schur.eigenvalue(i).re()));
      eigenvalues[m] = Arrays.stream(order).mapToDouble(i -> schur.eigenvalue(i).re()).toArray();
      double[][] rows = Arrays.stream(order).mapToObj(schur::basis).toArray(double[][]::new);
      for (double[] row : rows) {
        scale(row, ComplexRows.upright(row));
      }
      matrices[m] = ComplexRows.adjoint(conjugated(rows), n);
    }
    Matrices.write(values, eigenvalues);
    ComplexRows.write(vectors, matrices);
  }

  /** A copy with all elements conjugated. */
  static double[][] conjugated(double[][] rows) {
    double[][] y = new double[rows.length][];
    for (int i = 0; i < y.length; i++) {
      y[i] = rows[i].clone();
      for (int j = 1; j < y[i].length; j += 2) {
        y[i][j] = -y[i][j];
      }
    }
    return y;
  }

  /** Orthonormal rows, and more of them until there are {@code count}. */
  private static double[][] completed(double[][] rows, int count, int length) {
    double[][] all = Arrays.copyOf(rows, count);
    for (int k = rows.length; k < count; k++) {
      all[k] = next(all, k, length);
      scale(all[k], new Complex(1 / norm(all[k]), 0));
    }
    return all;
  }

  /** A vector orthogonal to the first k, from the unit vector that is furthest off. */
  private static double[] next(double[][] vectors, int k, int length) {
    double[] best = new double[2 * length];
    for (int unit = 0; unit < length; unit++) {
      double[] x = new double[2 * length];
      x[2 * unit] = 1;
      for (int pass = 0; pass < 2; pass++) { // twice is enough, as Kahan and Parlett say
        for (int i = 0; i < k; i++) {
          add(x, dot(vectors[i], x).times(-1), vectors[i]);
        }
      }
      best = norm(x) > norm(best) ? x : best;
    }
    return best;
  }
}
