package dev.weft.engine.reference;

import dev.weft.engine.Complex;
import dev.weft.engine.Layout;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ComplexBinary;
import dev.weft.engine.op.ViewAsReal;
import java.util.Arrays;

/**
 * Matrices of complex numbers as arrays of rows, each of which holds the parts of its elements in
 * pairs, and what algorithms do to such rows.
 */
final class ComplexRows {

  private ComplexRows() {}

  /** All matrices in the last two dimensions of a complex tensor. */
  static double[][][] of(Tensor z) {
    double[] values = Values.doubles(z, pairs(z));
    int rows = (int) z.size(-2);
    int length = 2 * (int) z.size(-1);
    int count = Values.count(z.shape().slice(0, z.rank() - 2));
    double[][][] matrices = new double[count][rows][];
    for (int i = 0; i < count * rows; i++) {
      matrices[i / rows][i % rows] = Arrays.copyOfRange(values, i * length, (i + 1) * length);
    }
    return matrices;
  }

  /** Stores the matrices of a batch. */
  static void write(Tensor y, double[][][] matrices) {
    double[] values = new double[2 * Values.count(y.shape())];
    int at = 0;
    for (double[][] matrix : matrices) {
      for (double[] row : matrix) {
        System.arraycopy(row, 0, values, at, row.length);
        at += row.length;
      }
    }
    Values.write(y, pairs(y), values);
  }

  /** Stores a row for each matrix of a batch. */
  static void write(Tensor y, double[][] rows) {
    write(y, new double[][][] {rows});
  }

  private static Layout pairs(Tensor z) {
    return new ViewAsReal().layout(z.layout()).orElseThrow();
  }

  static double[][] identity(int n) {
    double[][] y = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      y[i][2 * i] = 1;
    }
    return y;
  }

  /** Aᴴ. */
  static double[][] adjoint(double[][] a, int columns) {
    double[][] y = new double[columns][2 * a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < columns; j++) {
        set(y[j], i, at(a[i], j).conj());
      }
    }
    return y;
  }

  /** (A + Aᴴ) / 2. */
  static double[][] hermitianPart(double[][] a) {
    double[][] y = adjoint(a, a.length);
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        y[i][j] = (y[i][j] + a[i][j]) / 2;
      }
    }
    return y;
  }

  static Complex at(double[] row, int j) {
    return new Complex(row[2 * j], row[2 * j + 1]);
  }

  static void set(double[] row, int j, Complex value) {
    row[2 * j] = value.re();
    row[2 * j + 1] = value.im();
  }

  /** The first {@code columns} elements are 0. */
  static void clear(double[] row, int columns) {
    Arrays.fill(row, 0, 2 * columns, 0);
  }

  static Complex over(Complex x, Complex y) {
    return ComplexBinary.DIV.at(x.re(), x.im(), y.re(), y.im());
  }

  /** z / |z|; 1 at 0. */
  static Complex phase(Complex z) {
    double r = z.abs();
    return r == 0 ? new Complex(1, 0) : new Complex(z.re() / r, z.im() / r);
  }

  /** Σ conj(xⱼ) yⱼ. */
  static Complex dot(double[] x, double[] y) {
    double re = 0;
    double im = 0;
    for (int j = 0; j < x.length; j += 2) {
      re += x[j] * y[j] + x[j + 1] * y[j + 1];
      im += x[j] * y[j + 1] - x[j + 1] * y[j];
    }
    return new Complex(re, im);
  }

  static double norm(double[] x) {
    return Math.sqrt(dot(x, x).re());
  }

  /** y ← y + c x. */
  static void add(double[] y, Complex c, double[] x) {
    add(y, c, x, 0);
  }

  /** y ← y + c x, of elements {@code from} on. */
  static void add(double[] y, Complex c, double[] x, int from) {
    for (int j = 2 * from; j < x.length; j += 2) {
      y[j] += c.re() * x[j] - c.im() * x[j + 1];
      y[j + 1] += c.re() * x[j + 1] + c.im() * x[j];
    }
  }

  /** x ← c x. */
  static void scale(double[] x, Complex c) {
    for (int j = 0; j < x.length; j += 2) {
      double re = x[j];
      x[j] = c.re() * re - c.im() * x[j + 1];
      x[j + 1] = c.re() * x[j + 1] + c.im() * re;
    }
  }

  /** What turns x so that its entry of largest magnitude becomes real and positive. */
  static Complex upright(double[] x) {
    Complex largest = new Complex(0, 0);
    for (int j = 0; j < x.length / 2; j++) {
      largest = at(x, j).abs() > largest.abs() ? at(x, j) : largest;
    }
    return phase(largest).conj();
  }

  /**
   * A rotation of two rows: (x, y) become cos x + sin y and cos y − conj(sin) x.
   *
   * @param cos real, and not negative
   */
  record Rotation(double cos, Complex sin) {

    /** That which turns (x, y) into a multiple of (1, 0). */
    static Rotation of(Complex x, Complex y) {
      double length = Math.hypot(x.abs(), y.abs());
      return length == 0
          ? new Rotation(1, new Complex(0, 0))
          : new Rotation(x.abs() / length, phase(x).times(y.conj()).times(1 / length));
    }

    /** That of columns by which A → R A Rᴴ is completed. */
    Rotation conj() {
      return new Rotation(cos, sin.conj());
    }

    void apply(double[] x, double[] y) {
      for (int j = 0; j < x.length / 2; j++) {
        apply(x, j, y, j);
      }
    }

    /** Turns element i of x against element j of y. */
    void apply(double[] x, int i, double[] y, int j) {
      Complex a = at(x, i);
      Complex b = at(y, j);
      set(x, i, a.times(cos).plus(sin.times(b)));
      set(y, j, b.times(cos).minus(sin.conj().times(a)));
    }
  }
}
