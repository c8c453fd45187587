package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.Complex;
import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ComplexBinary;
import dev.weft.engine.op.ComplexUnary;

/**
 * Elementwise functions of complex numbers, which lie in pairs of float32 or float64. Functions are
 * computed in float64 for both; products have loops of their own.
 */
final class ComplexKernels {

  private ComplexKernels() {}

  static void unary(ComplexUnary op, Tensor z, Tensor y) {
    DType dtype = z.dtype();
    int results = op.isReal() ? 1 : 2;
    try (Temp x = Temp.contiguous(z)) {
      Parallel.ranges(
          z.numel() / 2,
          Elementwise.HEAVY,
          (from, to) ->
              Chunk.each(
                  to - from,
                  (at, n) -> {
                    long first = from + at;
                    double[] in =
                        Chunk.doubles(dtype, x.address() + 2 * first * dtype.bytes(), 2 * n);
                    double[] out = op.isReal() ? new double[n] : in;
                    for (int i = 0; i < n; i++) {
                      Complex value = op.at(in[2 * i], in[2 * i + 1]);
                      out[results * i] = value.re();
                      if (!op.isReal()) {
                        out[2 * i + 1] = value.im();
                      }
                    }
                    long target = y.address() + results * first * dtype.bytes();
                    Chunk.write(dtype, out, results * n, target);
                  }));
    }
  }

  static void binary(ComplexBinary op, Tensor a, Tensor b, Tensor y) {
    try (Temp x = Temp.contiguous(a);
        Temp w = Temp.contiguous(b)) {
      if (op == ComplexBinary.MUL) {
        Parallel.ranges(
            a.numel() / 2,
            Elementwise.LIGHT,
            (from, to) -> multiply(a.dtype(), x.address(), w.address(), y.address(), from, to));
        return;
      }
      DType dtype = a.dtype();
      Parallel.ranges(
          a.numel() / 2,
          Elementwise.HEAVY,
          (from, to) ->
              Chunk.each(
                  to - from,
                  (at, n) -> {
                    long shift = 2 * (from + at) * dtype.bytes();
                    double[] l = Chunk.doubles(dtype, x.address() + shift, 2 * n);
                    double[] r = Chunk.doubles(dtype, w.address() + shift, 2 * n);
                    for (int i = 0; i < 2 * n; i += 2) {
                      Complex value = op.at(l[i], l[i + 1], r[i], r[i + 1]);
                      l[i] = value.re();
                      l[i + 1] = value.im();
                    }
                    Chunk.write(dtype, l, 2 * n, y.address() + shift);
                  }));
    }
  }

  private static void multiply(DType dtype, long x, long w, long y, long from, long to) {
    if (dtype == DType.FLOAT32) {
      for (long at = 8 * from; at < 8 * to; at += 8) {
        // In float64, as the reference: the difference of two products may cancel.
        double a = ALL.get(Native.FLOAT, x + at);
        double b = ALL.get(Native.FLOAT, x + at + 4);
        double c = ALL.get(Native.FLOAT, w + at);
        double d = ALL.get(Native.FLOAT, w + at + 4);
        ALL.set(Native.FLOAT, y + at, (float) (a * c - b * d));
        ALL.set(Native.FLOAT, y + at + 4, (float) (a * d + b * c));
      }
      return;
    }
    for (long at = 16 * from; at < 16 * to; at += 16) {
      double a = ALL.get(Native.DOUBLE, x + at);
      double b = ALL.get(Native.DOUBLE, x + at + 8);
      double c = ALL.get(Native.DOUBLE, w + at);
      double d = ALL.get(Native.DOUBLE, w + at + 8);
      ALL.set(Native.DOUBLE, y + at, a * c - b * d);
      ALL.set(Native.DOUBLE, y + at + 8, a * d + b * c);
    }
  }
}
