package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import java.util.Arrays;

/**
 * Folds in Java arrays. Float32 is computed in double and rounded after each operation, which gives
 * the bits of float32 arithmetic; see {@link PlainLoops}.
 */
record PlainFold(Fold.Kind kind, DType dtype) implements Fold {

  @Override
  public double run(long x, long y, double p, long count) {
    int lanes = Fold.lanes(dtype.bytes());
    double[] sums = new double[lanes];
    Arrays.fill(sums, kind.identity);
    double shift = round(p);
    Chunk.each(
        count, // in chunks that are multiples of the lanes
        (at, n) -> {
          double[] values = Chunk.doubles(dtype, x + at * dtype.bytes(), n);
          switch (kind) {
            case SUM, MAX, MIN -> {}
            case DIFFERENCES -> {
              for (int i = 0; i < n; i++) {
                values[i] = round(values[i] - shift);
              }
            }
            case SQUARES -> {
              for (int i = 0; i < n; i++) {
                double d = round(values[i] - shift);
                values[i] = round(d * d);
              }
            }
            case DOT -> {
              double[] other = Chunk.doubles(dtype, y + at * dtype.bytes(), n);
              for (int i = 0; i < n; i++) {
                values[i] = round(values[i] * other[i]);
              }
            }
          }
          for (int i = 0; i < n; i += lanes) {
            combine(sums, values, i, Math.min(lanes, n - i));
          }
        });
    for (int half = lanes / 2; half > 0; half /= 2) {
      combine(sums, sums, half, half);
    }
    return sums[0];
  }

  private void combine(double[] sums, double[] values, int from, int count) {
    switch (kind) {
      case SUM, DIFFERENCES, SQUARES, DOT -> {
        for (int i = 0; i < count; i++) {
          sums[i] = round(sums[i] + values[from + i]);
        }
      }
      case MAX -> {
        for (int i = 0; i < count; i++) {
          sums[i] = Math.max(sums[i], values[from + i]);
        }
      }
      case MIN -> {
        for (int i = 0; i < count; i++) {
          sums[i] = Math.min(sums[i], values[from + i]);
        }
      }
    }
  }

  private double round(double value) {
    return dtype == DType.FLOAT32 ? (float) value : value;
  }
}
