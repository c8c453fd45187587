package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.LayerNormOp;

/**
 * Layer normalisation: mean and variance in two passes over a row that stays in the cache, so that
 * no digits cancel. The mean is the first element plus the mean of the differences from it: that of
 * equal numbers is that number.
 */
final class LayerNorms {

  /** From a first element that is 4 σ off, differences lose digits: they are taken once more. */
  private static final double FAR = 16;

  private LayerNorms() {}

  /** How many elements are normalised together. */
  static long rowSize(LayerNormOp op, Tensor x) {
    return x.shape().slice(x.rank() - op.dims(), x.rank()).numel();
  }

  /** Inputs: x, then w and b as far as the op has them. Outputs: y, μ, 1/√(σ² + ε). */
  static void run(LayerNormOp op, Tensor[] in, Tensor[] out) {
    Tensor x = in[0];
    Tensor y = out[0];
    long size = rowSize(op, x);
    int bytes = x.dtype().bytes();
    Widening widening = Widening.of(x.dtype());
    DType dtype = widening.to();
    Fold differences = Fold.Kind.DIFFERENCES.on(dtype, x.numel());
    Fold squares = Fold.Kind.SQUARES.on(dtype, x.numel());
    Formula normal = normal(op).on(dtype, x.numel());
    try (Temp from = Temp.contiguous(x);
        Temp w = op.weight() ? Widening.contiguous(in[1]) : Temp.none();
        Temp b = op.bias() ? Widening.contiguous(in[op.weight() ? 2 : 1]) : Temp.none()) {
      Parallel.ranges(
          out[1].numel(),
          Math.max(1, Elementwise.HEAVY / Math.max(1, size)),
          (first, last) -> {
            try (Temp room = widening.room(size)) {
              for (long i = first; i < last; i++) {
                long target = y.address() + i * size * bytes;
                long values = widening.read(from.address() + i * size * bytes, size, room);
                long results = widening.target(target, room);
                double shift = size > 0 ? Native.getDouble(dtype, values, 0) : 0;
                double mean = mean(differences, values, shift, size, dtype);
                if (!Double.isFinite(mean)) {
                  shift = 0;
                  mean = mean(differences, values, shift, size, dtype);
                }
                double variance = squares.sum(values, 0, mean, size, dtype.bytes()) / size;
                if ((mean - shift) * (mean - shift) > FAR * variance) {
                  mean = mean(differences, values, mean, size, dtype);
                  variance = squares.sum(values, 0, mean, size, dtype.bytes()) / size;
                }
                double scale = 1 / Math.sqrt(variance + op.eps());
                normal.run(values, w.address(), b.address(), mean, scale, 0, results, size);
                widening.write(results, size, target);
                Native.setDouble(out[1].dtype(), out[1].address(), i, mean);
                Native.setDouble(out[2].dtype(), out[2].address(), i, scale);
              }
            }
          });
    }
  }

  /** The mean, as a shift plus the mean of the differences from it. */
  private static double mean(Fold differences, long x, double shift, long size, DType dtype) {
    return shift + differences.sum(x, 0, shift, size, dtype.bytes()) / size;
  }

  private static Formula.Kind normal(LayerNormOp op) {
    if (op.weight()) {
      return op.bias() ? Formula.Kind.NORMAL_TIMES_PLUS : Formula.Kind.NORMAL_TIMES;
    }
    return op.bias() ? Formula.Kind.NORMAL_PLUS : Formula.Kind.NORMAL;
  }
}
