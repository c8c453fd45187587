package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Dft;

/** The discrete Fourier transform by its definition: n² products. */
final class Fourier {

  private Fourier() {}

  static void transform(Dft op, Tensor x, Tensor y) {
    double[] in = Values.doubles(x);
    double[] out = new double[in.length];
    int n = (int) x.size(-2);
    double[] cos = new double[n];
    double[] sin = new double[n];
    for (int k = 0; k < n; k++) {
      double angle = 2 * Math.PI * k / n;
      cos[k] = op.scale() * Math.cos(angle);
      sin[k] = op.scale() * (op.inverse() ? Math.sin(angle) : -Math.sin(angle));
    }
    for (int row = 0; row < in.length; row += 2 * n) {
      for (int k = 0; k < n; k++) {
        double re = 0;
        double im = 0;
        for (int j = 0; j < n; j++) {
          int turn = (int) ((long) j * k % n);
          double a = in[row + 2 * j];
          double b = in[row + 2 * j + 1];
          re += a * cos[turn] - b * sin[turn];
          im += a * sin[turn] + b * cos[turn];
        }
        out[row + 2 * k] = re;
        out[row + 2 * k + 1] = im;
      }
    }
    Values.write(y, out);
  }
}
