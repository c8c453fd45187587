package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Half;
import dev.weft.engine.Native;
import dev.weft.engine.Philox;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.RandomOp;

/** Ops that draw numbers: the bits that {@link RandomOp#at} defines, a block at a time. */
final class RandomKernels {

  /** Elements per piece: 20 µs and more. */
  private static final long GRAIN = 1 << 13;

  private RandomKernels() {}

  static void random(RandomOp op, Tensor y) {
    DType dtype = y.dtype();
    inBlocks(
        y.numel(),
        (first, count) -> {
          long to = y.address() + first * dtype.bytes();
          long index = op.offset() + first;
          switch (op.distribution()) {
            case UNIFORM -> writeUniform(op, index, count, to);
            case NORMAL -> Chunk.write(dtype, normal(op, index, count), count, to);
            case INTEGERS -> Chunk.write(dtype, integers(op, index, count), count, to);
            case BERNOULLI -> Chunk.write(dtype, bernoulli(op, index, count), count, to);
          }
        });
  }

  private static void inBlocks(long count, Chunk.Body body) {
    Parallel.ranges(
        count, GRAIN, (from, to) -> Chunk.each(to - from, (at, n) -> body.run(from + at, n)));
  }

  private static void writeUniform(RandomOp op, long index, int count, long to) {
    double a = op.a();
    double width = op.b() - op.a();
    double last = Math.nextDown(op.b());
    DType dtype = op.spec().dtype();
    double[] x = RandomWords.uniforms(op.seed(), index, 0, count);
    for (int i = 0; i < count; i++) {
      x[i] = Math.max(a, Math.min(a + width * x[i], last));
    }
    if (dtype == DType.FLOAT32) {
      float[] rounded = new float[count];
      for (int i = 0; i < count; i++) {
        float nearest = (float) x[i];
        rounded[i] = nearest > x[i] ? Math.nextDown(nearest) : nearest;
      }
      Chunk.write(rounded, count, to);
    } else {
      for (int i = 0; i < count && dtype.isHalf(); i++) {
        x[i] = Half.roundDown(dtype, x[i]);
      }
      Chunk.write(dtype, x, count, to);
    }
  }

  private static double[] normal(RandomOp op, long index, int count) {
    double[] x = RandomWords.uniforms(op.seed(), index, 0, count);
    double[] v = RandomWords.uniforms(op.seed(), index, 2, count);
    for (int i = 0; i < count; i++) {
      x[i] = op.a() + op.b() * Philox.normal(x[i], v[i]);
    }
    return x;
  }

  private static long[] integers(RandomOp op, long index, int count) {
    int[] high = RandomWords.of(op.seed(), index, 0, count);
    int[] low = RandomWords.of(op.seed(), index, 1, count);
    long a = (long) op.a();
    long range = (long) op.b() - a;
    long[] x = new long[count];
    for (int i = 0; i < count; i++) {
      long bits = (long) high[i] << 32 | low[i] & 0xFFFFFFFFL;
      x[i] = a + Math.unsignedMultiplyHigh(bits, range);
    }
    return x;
  }

  private static long[] bernoulli(RandomOp op, long index, int count) {
    boolean[] ones = RandomWords.areBelow(op.a(), op.seed(), index, count);
    long[] x = new long[count];
    for (int i = 0; i < count; i++) {
      x[i] = ones[i] ? 1 : 0;
    }
    return x;
  }

  /** y = x / (1 − p) where number i is at least p, else 0. */
  static void dropout(DropoutOp op, Tensor x, Tensor y) {
    DType dtype = x.dtype();
    int bytes = dtype.bytes();
    double scale = 1 / (1 - op.p());
    try (Temp source = Temp.contiguous(x)) {
      inBlocks(
          y.numel(),
          (first, count) -> {
            double[] values = Chunk.doubles(dtype, source.address() + first * bytes, count);
            boolean[] dropped = RandomWords.areBelow(op.p(), op.seed(), op.offset() + first, count);
            for (int i = 0; i < count; i++) {
              values[i] = dropped[i] ? 0 : values[i] * scale;
            }
            Chunk.write(dtype, values, count, y.address() + first * bytes);
          });
    }
  }

  /** Draws classes by weight; without replacement, a class that was drawn weighs 0 from then on. */
  static void multinomial(Multinomial op, Tensor weights, Tensor y) {
    DType dtype = weights.dtype();
    int classes = classes(op, weights);
    long draws = op.count();
    long rows = y.numel() / draws;
    try (Temp source = Temp.contiguous(weights)) {
      long rowBytes = (long) classes * dtype.bytes();
      for (long row = 0; row < rows; row++) {
        double[] w = Chunk.doubles(dtype, source.address() + row * rowBytes, classes);
        requireWeights(op, weights, w, row);
      }
      for (long row = 0; row < rows; row++) {
        double[] w = Chunk.doubles(dtype, source.address() + row * rowBytes, classes);
        requireEnough(op, weights, w, row);
      }
      Parallel.ranges(
          rows,
          Math.max(1, GRAIN / classes),
          (from, to) -> {
            for (long row = from; row < to; row++) {
              double[] w = Chunk.doubles(dtype, source.address() + row * rowBytes, classes);
              draw(op, w, row * draws, y.address() + 8 * row * draws);
            }
          });
    }
  }

  private static int classes(Multinomial op, Tensor weights) {
    long classes = weights.size(-1);
    if (classes > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          op + ": weights " + weights.shape() + ": a row does not fit into a Java array");
    }
    return (int) classes;
  }

  /** The draws of one row, the first of which uses number {@code first} behind the offset. */
  private static void draw(Multinomial op, double[] w, long first, long to) {
    double[] totals = new double[w.length];
    total(w, totals, 0);
    for (long j = 0; j < op.count(); j++) {
      double u = Philox.uniform(op.seed(), op.offset() + first + j, 0);
      int choice = choice(w, totals, u * totals[w.length - 1]);
      ALL.set(Native.LONG, to + 8 * j, choice);
      if (!op.replacement()) {
        w[choice] = 0;
        total(w, totals, choice);
      }
    }
  }

  /**
   * Running totals, one after the other from class {@code from} on: the order decides their bits.
   */
  private static void total(double[] w, double[] totals, int from) {
    double total = from == 0 ? 0 : totals[from - 1];
    for (int c = from; c < w.length; c++) {
      total += w[c];
      totals[c] = total;
    }
  }

  /** The class at which the total passes the mark; the last that weighs anything if none does. */
  private static int choice(double[] w, double[] totals, double mark) {
    int low = 0;
    int high = w.length; // totals never fall: the first above the mark is in [low, high]
    while (low < high) {
      int middle = low + high >>> 1;
      if (totals[middle] > mark) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    while (low == w.length || w[low] == 0) {
      low--;
    }
    return low;
  }

  private static void requireWeights(Multinomial op, Tensor weights, double[] w, long row) {
    for (int c = 0; c < w.length; c++) {
      if (!(w[c] >= 0 && w[c] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            op
                + ": weights "
                + weights.shape()
                + ": element "
                + (row * w.length + c)
                + " is "
                + w[c]
                + "; must be finite and not negative");
      }
    }
  }

  private static void requireEnough(Multinomial op, Tensor weights, double[] w, long row) {
    int possible = 0;
    for (double weight : w) {
      possible += weight > 0 ? 1 : 0;
    }
    if (possible == 0 || !op.replacement() && possible < op.count()) {
      throw new IllegalArgumentException(
          op
              + ": weights "
              + weights.shape()
              + ": row "
              + row
              + (possible == 0 ? " is all 0" : " has only " + possible + " classes to draw from"));
    }
  }
}
