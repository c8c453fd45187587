package dev.weft.engine.reference;

import dev.weft.engine.Complex;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ComplexBinary;
import dev.weft.engine.op.ComplexUnary;

/** Elementwise functions of complex numbers, which lie in pairs of real ones. */
final class ComplexElements {

  private ComplexElements() {}

  static void unary(ComplexUnary op, Tensor z, Tensor y) {
    double[] x = Values.doubles(z);
    double[] values = new double[op.isReal() ? x.length / 2 : x.length];
    for (int i = 0; i < x.length / 2; i++) {
      Complex value = op.at(x[2 * i], x[2 * i + 1]);
      if (op.isReal()) {
        values[i] = value.re();
      } else {
        values[2 * i] = value.re();
        values[2 * i + 1] = value.im();
      }
    }
    Values.write(y, values);
  }

  static void binary(ComplexBinary op, Tensor a, Tensor b, Tensor y) {
    double[] x = Values.doubles(a);
    double[] w = Values.doubles(b);
    double[] values = new double[x.length];
    for (int i = 0; i < x.length; i += 2) {
      Complex value = op.at(x[i], x[i + 1], w[i], w[i + 1]);
      values[i] = value.re();
      values[i + 1] = value.im();
    }
    Values.write(y, values);
  }
}
