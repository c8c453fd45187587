package dev.weft.engine.reference;

import static dev.weft.engine.reference.ComplexRows.at;
import static dev.weft.engine.reference.ComplexRows.set;

import dev.weft.engine.Complex;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ComplexUnary;
import dev.weft.engine.op.Eig;
import java.util.Comparator;
import java.util.Optional;

/**
 * A = Z T Zᴴ with Z unitary and T triangular, by rotations of neighbouring rows and columns: first
 * zeros below the subdiagonal, then one shift at a time. Source: Francis, "The QR transformation",
 * 1961; Golub, Van Loan, "Matrix computations", chapter 7.
 */
final class ComplexSchur {

  /** Steps until an eigenvalue splits off; two to four are usual. */
  private static final int MOST_STEPS = 60;

  private final int n;
  private final double[][] t;
  private final double[][] z; // row k is column k of Z

  private ComplexSchur(double[][] t, double[][] z) {
    this.n = t.length;
    this.t = t;
    this.z = z;
  }

  /** A itself, to be made triangular. */
  static ComplexSchur of(double[][] a) {
    return new ComplexSchur(a, ComplexRows.identity(a.length));
  }

  /** From real factors, where T may have blocks of two rows on its diagonal. */
  static ComplexSchur of(double[][] t, double[][] z) {
    int n = t.length;
    var schur = new ComplexSchur(complex(t), complex(Matrices.transposed(z, n)));
    for (int i = 0; i < n - 1; i++) {
      if (t[i + 1][i] != 0) {
        Complex root = schur.eigenvalueNear(i);
        schur.rotate(i, root.minus(at(schur.t[i + 1], i + 1)), at(schur.t[i + 1], i));
        set(schur.t[i + 1], i, new Complex(0, 0));
      }
    }
    return schur;
  }

  private static double[][] complex(double[][] a) {
    double[][] y = new double[a.length][2 * a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        y[i][2 * j] = a[i][j];
      }
    }
    return y;
  }

  static void eig(Eig op, Tensor a, Tensor values, Tensor vectors) {
    boolean complex = a.isComplex();
    double[][][] matrices = complex ? ComplexRows.of(a) : Matrices.of(a);
    double[][] eigenvalues = new double[matrices.length][];
    for (int m = 0; m < matrices.length; m++) {
      Matrices.requireFinite(op, a, matrices[m], m);
      var found = complex ? triangle(of(matrices[m])) : Schur.of(matrices[m]);
      int number = m;
      ComplexSchur schur =
          found.orElseThrow(
              () -> Matrices.failure(op, a, number, "has eigenvalues that were not found"));
      int[] order = schur.order();
      eigenvalues[m] = new double[2 * schur.n];
      double[][] rows = new double[schur.n][];
      for (int k = 0; k < order.length; k++) {
        set(eigenvalues[m], k, schur.eigenvalue(order[k]));
        rows[k] = schur.vector(order[k]);
      }
      matrices[m] = ComplexRows.adjoint(ComplexSpectra.conjugated(rows), schur.n);
    }
    ComplexRows.write(values, eigenvalues);
    ComplexRows.write(vectors, matrices);
  }

  private static Optional<ComplexSchur> triangle(ComplexSchur schur) {
    return schur.toTriangle() ? Optional.of(schur) : Optional.empty();
  }

  Complex eigenvalue(int k) {
    return at(t[k], k);
  }

  /** Column k of Z. */
  double[] basis(int k) {
    return z[k];
  }

  /** By real part, where these differ by more than rounding, then by imaginary part. */
  private int[] order() {
    double largest = Double.MIN_NORMAL;
    for (int k = 0; k < n; k++) {
      largest = Math.max(largest, eigenvalue(k).abs());
    }
    double unit = largest * 0x1p-40;
    return Spectra.sorted(
        n,
        Comparator.<Integer>comparingDouble(i -> Math.rint(eigenvalue(i).re() / unit))
            .thenComparingDouble(i -> Math.rint(eigenvalue(i).im() / unit))
            .thenComparingDouble(i -> eigenvalue(i).re()));
  }

  /** T ← R T Rᴴ and Z ← Z Rᴴ with the rotation R of rows i and i + 1 that makes (x, y) (∗, 0). */
  private void rotate(int i, Complex x, Complex y) {
    var rows = ComplexRows.Rotation.of(x, y);
    rows.apply(t[i], t[i + 1]);
    var columns = rows.conj();
    for (double[] row : t) {
      columns.apply(row, i, row, i + 1);
    }
    columns.apply(z[i], z[i + 1]);
  }

  /** Zeros below the diagonal; false where steps run out. */
  boolean toTriangle() {
    for (int k = 0; k < n - 2; k++) {
      for (int i = n - 2; i > k; i--) {
        rotate(i, at(t[i], k), at(t[i + 1], k));
        set(t[i + 1], k, new Complex(0, 0));
      }
    }
    int last = n - 1;
    int steps = 0;
    while (last > 0) {
      int first = last; // of the block that has not fallen apart yet
      while (first > 0 && !isNegligible(first)) {
        first--;
      }
      if (first > 0) {
        set(t[first], first - 1, new Complex(0, 0));
      }
      if (first == last) {
        last--;
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
    double neighbours = at(t[i], i).abs() + at(t[i - 1], i - 1).abs();
    double size = at(t[i], i - 1).abs();
    return size <= 0x1p-53 * neighbours || size < Double.MIN_NORMAL;
  }

  /** One step with an eigenvalue of the last two rows as shift, or with an odd one. */
  private void chase(int first, int last, boolean odd) {
    Complex shift =
        odd
            ? at(t[last], last).plus(new Complex(at(t[last], last - 1).abs(), 0))
            : eigenvalueNear(last - 1);
    rotate(first, at(t[first], first).minus(shift), at(t[first + 1], first));
    for (int k = first + 1; k < last; k++) {
      rotate(k, at(t[k], k - 1), at(t[k + 1], k - 1));
      set(t[k + 1], k - 1, new Complex(0, 0));
    }
  }

  /** That eigenvalue of rows and columns i and i + 1 which is nearer to the lower element. */
  private Complex eigenvalueNear(int i) {
    Complex d = at(t[i + 1], i + 1);
    Complex half = at(t[i], i).minus(d).times(0.5);
    Complex product = at(t[i], i + 1).times(at(t[i + 1], i));
    Complex square = half.times(half).plus(product);
    Complex root = ComplexUnary.SQRT.at(square.re(), square.im());
    boolean opposite = half.re() * root.re() + half.im() * root.im() < 0;
    Complex far = opposite ? half.minus(root) : half.plus(root);
    return far.abs() == 0 ? d : d.minus(ComplexRows.over(product, far));
  }

  /** The eigenvector of eigenvalue k, of length 1. */
  private double[] vector(int k) {
    Complex value = eigenvalue(k);
    double least = 0x1p-52 * Math.max(Double.MIN_NORMAL, value.abs());
    double[] x = new double[2 * n];
    set(x, k, new Complex(1, 0));
    for (int i = k - 1; i >= 0; i--) {
      Complex sum = new Complex(0, 0);
      for (int j = i + 1; j <= k; j++) {
        sum = sum.minus(at(t[i], j).times(at(x, j)));
      }
      Complex gap = at(t[i], i).minus(value);
      set(x, i, ComplexRows.over(sum, gap.abs() < least ? new Complex(least, 0) : gap));
    }
    double[] y = new double[2 * n];
    for (int j = 0; j <= k; j++) {
      ComplexRows.add(y, at(x, j), z[j]);
    }
    ComplexRows.scale(y, ComplexRows.upright(y).times(1 / ComplexRows.norm(y)));
    return y;
  }
}
