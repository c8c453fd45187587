package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.op.Binary;

/**
 * How a reduction combines elements of the dtype that it computes in: float32, float64, or int64
 * for all integers. All operands are contiguous.
 */
interface Combiner {

  /** Combines {@code count} elements into the one at {@code result}. */
  void fold(long x, long count, long result);

  /** y[i] ← y[i] and x[i] combined. */
  void add(long x, long y, long count);

  /**
   * The combiner for a sum, maximum or minimum.
   *
   * @param elements how many there are in all, which decides on the form of the loops
   */
  static Combiner of(Fold.Kind kind, DType dtype, long elements) {
    if (dtype == DType.INT64) {
      return new OfLongs(kind);
    }
    Binary op =
        switch (kind) {
          case SUM -> Binary.ADD;
          case MAX -> Binary.MAXIMUM;
          case MIN -> Binary.MINIMUM;
          case DIFFERENCES, SQUARES, DOT ->
              throw new IllegalArgumentException(kind + " is no reduction");
        };
    return new OfFloats(dtype, kind.on(dtype, elements), BinaryKernels.both(op, dtype, elements));
  }

  /** Float32 or float64. */
  record OfFloats(DType dtype, Fold fold, Loops.Binary loop) implements Combiner {
    @Override
    public void fold(long x, long count, long result) {
      double value = fold.run(x, 0, 0, count);
      if (dtype == DType.FLOAT64) {
        ALL.set(Native.DOUBLE, result, value);
      } else {
        ALL.set(Native.FLOAT, result, (float) value);
      }
    }

    @Override
    public void add(long x, long y, long count) {
      loop.run(y, x, y, count);
    }
  }

  /** Int64; sums wrap around. */
  record OfLongs(Fold.Kind kind) implements Combiner {
    @Override
    public void fold(long x, long count, long result) {
      ALL.set(Native.LONG, result, ALL.get(Native.LONG, x));
      Chunk.each(
          count - 1,
          (at, n) -> {
            long[] values = Chunk.longs(DType.INT64, x + 8 + 8 * at, n);
            long folded = ALL.get(Native.LONG, result);
            switch (kind) {
              case MAX -> {
                for (long value : values) {
                  folded = Math.max(folded, value);
                }
              }
              case MIN -> {
                for (long value : values) {
                  folded = Math.min(folded, value);
                }
              }
              case SUM, DIFFERENCES, SQUARES, DOT -> {
                for (long value : values) {
                  folded += value;
                }
              }
            }
            ALL.set(Native.LONG, result, folded);
          });
    }

    @Override
    public void add(long x, long y, long count) {
      Chunk.each(
          count,
          (at, n) -> {
            long[] values = Chunk.longs(DType.INT64, x + 8 * at, n);
            long[] results = Chunk.longs(DType.INT64, y + 8 * at, n);
            switch (kind) {
              case MAX -> {
                for (int i = 0; i < n; i++) {
                  results[i] = Math.max(results[i], values[i]);
                }
              }
              case MIN -> {
                for (int i = 0; i < n; i++) {
                  results[i] = Math.min(results[i], values[i]);
                }
              }
              case SUM, DIFFERENCES, SQUARES, DOT -> {
                for (int i = 0; i < n; i++) {
                  results[i] += values[i];
                }
              }
            }
            Chunk.write(DType.INT64, results, n, y + 8 * at);
          });
    }
  }
}
