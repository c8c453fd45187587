package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Eigh;
import dev.weft.engine.op.Pinv;
import dev.weft.engine.op.Svd;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Singular values and the eigenvalues of symmetric matrices, by rotations of pairs. */
final class Spectra {

  /** Rotations converge quadratically; ten rounds are plenty, so that this is never reached. */
  static final int MOST_ROUNDS = 60;

  private Spectra() {}

  /**
   * The singular vectors of a matrix as rows, by singular value, largest first.
   *
   * @param u vectors of the rows' space, one per singular value
   * @param v vectors of the columns' space, likewise
   */
  private record Singular(double[][] u, double[] s, double[][] v) {

    static Singular of(double[][] a, int columns) {
      if (a.length >= columns) {
        return tall(Matrices.transposed(a, columns), a.length);
      }
      Singular turned = tall(a, columns);
      return new Singular(turned.v, turned.s, turned.u).signed();
    }

    /**
     * Rotates pairs of columns until all are orthogonal: then they are U S, and the rotations V.
     * Source: Hestenes, "Inversion of matrices by biorthogonalization and related results", 1958.
     *
     * @param columns of the matrix; there are not more of them than rows
     * @param length how long each is
     */
    private static Singular tall(double[][] columns, int length) {
      int n = columns.length;
      double[][] x = new double[n][];
      for (int i = 0; i < n; i++) {
        x[i] = columns[i].clone();
      }
      double[][] v = Matrices.identity(n);
      boolean turning = true;
      for (int round = 0; turning && round < MOST_ROUNDS; round++) {
        turning = false;
        for (int i = 0; i < n; i++) {
          for (int j = i + 1; j < n; j++) {
            turning |= orthogonalise(x, v, i, j);
          }
        }
      }
      double[] lengths = Arrays.stream(x).mapToDouble(Spectra::norm).toArray();
      int[] order = sorted(n, Comparator.comparingDouble(i -> -lengths[i]));
      double[] s = Arrays.stream(order).mapToDouble(i -> lengths[i]).toArray();
      double[][] u = new double[n][];
      double[][] vectors = new double[n][];
      double negligible = n == 0 ? 0 : s[0] * length * 0x1p-52;
      for (int k = 0; k < n; k++) {
        vectors[k] = v[order[k]];
        u[k] = s[k] > negligible ? scaled(x[order[k]], 1 / s[k]) : next(u, k, length);
      }
      return new Singular(u, s, vectors).signed();
    }

    /** Turns columns i and j against each other; whether they were not orthogonal yet. */
    private static boolean orthogonalise(double[][] x, double[][] v, int i, int j) {
      double product = dot(x[i], x[j]);
      double squareI = dot(x[i], x[i]);
      double squareJ = dot(x[j], x[j]);
      if (Math.abs(product) <= 0x1p-50 * Math.sqrt(squareI * squareJ)) {
        return false;
      }
      double cot = (squareJ - squareI) / (2 * product);
      double tan = Math.copySign(1, cot) / (Math.abs(cot) + Math.hypot(1, cot));
      double cos = 1 / Math.hypot(1, tan);
      rotate(x, i, j, cos, cos * tan);
      rotate(v, i, j, cos, cos * tan);
      return true;
    }

    /** With the largest entry of each vector in u positive. */
    private Singular signed() {
      for (int k = 0; k < s.length; k++) {
        if (largest(u[k]) < 0) {
          u[k] = scaled(u[k], -1);
          v[k] = scaled(v[k], -1);
        }
      }
      return this;
    }
  }

  static void svd(Svd op, Tensor a, Tensor u, Tensor s, Tensor vh) {
    double[][][] matrices = Matrices.of(a);
    int rows = (int) a.size(-2);
    int columns = (int) a.size(-1);
    double[][][] left = new double[matrices.length][][];
    double[][] values = new double[matrices.length][];
    double[][][] right = new double[matrices.length][][];
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      var found = Singular.of(matrices[m], columns);
      left[m] = Matrices.transposed(completed(found.u, (int) u.size(-1), rows), rows);
      values[m] = found.s;
      right[m] = completed(found.v, (int) vh.size(-2), columns);
    }
    Matrices.write(u, left);
    Matrices.write(s, values);
    Matrices.write(vh, right);
  }

  static void pinv(Pinv op, Tensor a, Tensor y) {
    double[][][] matrices = Matrices.of(a);
    int columns = (int) a.size(-1);
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      var found = Singular.of(matrices[m], columns);
      double[][] inverse = new double[columns][matrices[m].length];
      for (int k = 0; k < found.s.length && found.s[k] > op.rtol() * found.s[0]; k++) {
        for (int i = 0; i < columns; i++) {
          for (int j = 0; j < inverse[i].length; j++) {
            inverse[i][j] += found.v[k][i] * found.u[k][j] / found.s[k];
          }
        }
      }
      matrices[m] = inverse;
    }
    Matrices.write(y, matrices);
  }

  /** Rotations that each put a 0 beside the diagonal. Source: Jacobi, 1846. */
  static void eigh(Eigh op, Tensor a, Tensor values, Tensor vectors) {
    double[][][] matrices = Matrices.of(a);
    double[][] eigenvalues = new double[matrices.length][];
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      double[][] x = Matrices.symmetricPart(matrices[m]);
      int n = x.length;
      double[][] v = Matrices.identity(n); // its rows become the vectors
      boolean turning = true;
      for (int round = 0; turning && round < MOST_ROUNDS; round++) {
        turning = false;
        for (int i = 0; i < n; i++) {
          for (int j = i + 1; j < n; j++) {
            turning |= diagonalise(x, v, i, j);
          }
        }
      }
      int[] order = sorted(n, Comparator.comparingDouble(i -> x[i][i]));
      eigenvalues[m] = Arrays.stream(order).mapToDouble(i -> x[i][i]).toArray();
      double[][] rows =
          Arrays.stream(order)
              .mapToObj(i -> scaled(v[i], largest(v[i]) < 0 ? -1 : 1))
              .toArray(double[][]::new);
      matrices[m] = Matrices.transposed(rows, n);
    }
    Matrices.write(values, eigenvalues);
    Matrices.write(vectors, matrices);
  }

  private static boolean diagonalise(double[][] x, double[][] v, int i, int j) {
    double scale = Math.sqrt(Math.abs(x[i][i]) * Math.abs(x[j][j]));
    if (Math.abs(x[i][j]) <= 0x1p-54 * scale || Math.abs(x[i][j]) < Double.MIN_NORMAL) {
      return false;
    }
    double cot = (x[j][j] - x[i][i]) / (2 * x[i][j]);
    double tan = Math.copySign(1, cot) / (Math.abs(cot) + Math.hypot(1, cot));
    double cos = 1 / Math.hypot(1, tan);
    rotate(x, i, j, cos, cos * tan);
    for (double[] row : x) {
      double before = row[i];
      row[i] = cos * before - cos * tan * row[j];
      row[j] = cos * tan * before + cos * row[j];
    }
    x[i][j] = 0;
    x[j][i] = 0;
    rotate(v, i, j, cos, cos * tan);
    return true;
  }

  /** Rows i and j of x become cos xᵢ − sin xⱼ and sin xᵢ + cos xⱼ. */
  private static void rotate(double[][] x, int i, int j, double cos, double sin) {
    for (int k = 0; k < x[i].length; k++) {
      double before = x[i][k];
      x[i][k] = cos * before - sin * x[j][k];
      x[j][k] = sin * before + cos * x[j][k];
    }
  }

  /** Orthonormal rows, and more of them until there are {@code count}. */
  private static double[][] completed(double[][] rows, int count, int length) {
    double[][] all = Arrays.copyOf(rows, count);
    for (int k = rows.length; k < count; k++) {
      all[k] = next(all, k, length);
    }
    return all;
  }

  /** A vector of length 1 orthogonal to the first k, from the unit vector that is furthest off. */
  private static double[] next(double[][] vectors, int k, int length) {
    double[] best = new double[length];
    double longest = -1;
    for (int unit = 0; unit < length; unit++) {
      double[] x = new double[length];
      x[unit] = 1;
      for (int pass = 0; pass < 2; pass++) { // twice is enough, as Kahan and Parlett say
        for (int i = 0; i < k; i++) {
          double part = dot(vectors[i], x);
          for (int j = 0; j < length; j++) {
            x[j] -= part * vectors[i][j];
          }
        }
      }
      if (norm(x) > longest) {
        longest = norm(x);
        best = x;
      }
    }
    return scaled(best, 1 / longest);
  }

  static int[] sorted(int n, Comparator<Integer> order) {
    return IntStream.range(0, n).boxed().sorted(order).mapToInt(Integer::intValue).toArray();
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double norm(double[] x) {
    return Math.sqrt(dot(x, x));
  }

  private static double[] scaled(double[] x, double factor) {
    return Arrays.stream(x).map(value -> factor * value).toArray();
  }

  /** The entry of largest magnitude. */
  static double largest(double[] x) {
    double largest = 0;
    for (double value : x) {
      largest = Math.abs(value) > Math.abs(largest) ? value : largest;
    }
    return largest;
  }
}
