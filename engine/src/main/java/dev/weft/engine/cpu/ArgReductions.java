package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ArgReduce;

/** Where the extreme of a row is: the block that it is in by folds, then the first element. */
final class ArgReductions {

  /** Elements per fold: two calls more cost less than looking at one block longer. */
  private static final int BLOCK = 512;

  private ArgReductions() {}

  static void run(ArgReduce op, Tensor x, Tensor y) {
    long results = y.numel();
    if (results == 0) {
      return;
    }
    DType dtype = x.dtype();
    long size = x.rank() == 0 ? 1 : x.size(op.dim());
    Fold.Kind kind = op.largest() ? Fold.Kind.MAX : Fold.Kind.MIN;
    Widening widening = Widening.of(dtype);
    try (Temp rows = Temp.rows(x, op.dim())) {
      Row row =
          dtype.isFloating()
              ? new Floats(op.largest(), widening, kind.on(widening.to(), x.numel()))
              : (at, count) -> ofIntegers(op.largest(), dtype, at, count);
      Parallel.ranges(
          results,
          Math.max(1, Elementwise.HEAVY / size),
          (from, to) -> {
            for (long i = from; i < to; i++) {
              long index = row.indexOfExtreme(rows.address() + i * size * dtype.bytes(), size);
              ALL.set(Native.LONG, y.address() + 8 * i, index);
            }
          });
    }
  }

  /** A row of contiguous elements. */
  private interface Row {
    long indexOfExtreme(long x, long count);
  }

  /** The first NaN is the extreme if there is one; −0 equals 0. */
  private record Floats(boolean largest, Widening widening, Fold fold) implements Row {
    @Override
    public long indexOfExtreme(long x, long count) {
      try (Temp room = widening.room(BLOCK)) {
        double extreme = Double.NaN;
        long block = -1;
        for (long start = 0; start < count; start += BLOCK) {
          long n = Math.min(BLOCK, count - start);
          long at = widening.read(x + start * widening.from().bytes(), n, room);
          double value = fold.run(at, 0, 0, n);
          if (block < 0 || Double.isNaN(value) || (largest ? value > extreme : value < extreme)) {
            extreme = value;
            block = start;
          }
          if (Double.isNaN(value)) {
            break;
          }
        }
        int n = (int) Math.min(BLOCK, count - block);
        double[] values = Chunk.doubles(widening.from(), x + block * widening.from().bytes(), n);
        int i = 0;
        while (values[i] != extreme && !Double.isNaN(values[i])) {
          i++;
        }
        return block + i;
      }
    }
  }

  private static long ofIntegers(boolean largest, DType dtype, long x, long count) {
    long extreme = Native.getLong(dtype, x, 0);
    long index = 0;
    for (long start = 0; start < count; start += BLOCK) {
      int n = (int) Math.min(BLOCK, count - start);
      long[] values = Chunk.longs(dtype, x + start * dtype.bytes(), n);
      for (int i = 0; i < n; i++) {
        if (largest ? values[i] > extreme : values[i] < extreme) {
          extreme = values[i];
          index = start + i;
        }
      }
    }
    return index;
  }
}
