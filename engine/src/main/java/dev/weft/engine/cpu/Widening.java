package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;

/**
 * Elements as the dtype that kernels compute in: float32 for half types, int64 for integers, truth
 * values 0 and 1 for any and all.
 *
 * @param from the dtype that is stored
 * @param to the dtype that is computed in
 * @param truth whether only the difference from 0 counts
 */
record Widening(DType from, DType to, boolean truth) {

  /** Float32 and float64 for floating types, int64 for the others. */
  static Widening of(DType dtype) {
    DType to = dtype.isHalf() ? DType.FLOAT32 : dtype.isFloating() ? dtype : DType.INT64;
    return new Widening(dtype, to, false);
  }

  /** Int64: 1 for what differs from 0, NaN included, else 0. */
  static Widening toTruth(DType dtype) {
    return new Widening(dtype, DType.INT64, dtype != DType.BOOL);
  }

  /** Whether there is nothing to do. */
  boolean isIdentity() {
    return from == to && !truth;
  }

  /** Room for {@code count} elements, unless they will be used where they lie. */
  Temp room(long count) {
    return isIdentity() ? Temp.none() : Temp.of(count * to.bytes());
  }

  /** All elements of a tensor, row-major without gaps, as {@link #of} says. */
  static Temp contiguous(Tensor x) {
    Widening widening = of(x.dtype());
    if (widening.isIdentity()) {
      return Temp.contiguous(x);
    }
    Temp room = widening.room(x.numel());
    try (Temp from = Temp.contiguous(x)) {
      widening.read(from.address(), x.numel(), room);
    }
    return room;
  }

  /** The elements at {@code x}: there, if nothing is to be done, else in {@code room}. */
  long read(long x, long count, Temp room) {
    if (isIdentity()) {
      return x;
    }
    convert(x, count, room.address());
    return room.address();
  }

  /** Converts the elements at {@code x} into those at {@code y}. */
  void convert(long x, long count, long y) {
    Chunk.each(count, (at, n) -> chunk(x + at * from.bytes(), n, y + at * to.bytes()));
  }

  /** Where results that belong at {@code y} are computed: there, or in {@code room}. */
  long target(long y, Temp room) {
    return isIdentity() ? y : room.address();
  }

  /** Rounds results of a floating type and stores them at {@code y}, if they are not there. */
  void write(long results, long count, long y) {
    if (!isIdentity()) {
      Chunk.each(
          count,
          (at, n) ->
              Copies.castChunk(DType.FLOAT32, results + at * 4, from, y + at * from.bytes(), n));
    }
  }

  private void chunk(long x, int count, long y) {
    if (from.isHalf() && !truth) {
      Copies.castChunk(from, x, DType.FLOAT32, y, count);
      return;
    }
    long[] values;
    if (from.isFloating()) {
      values = new long[count];
      double[] floating = Chunk.doubles(from, x, count);
      for (int i = 0; i < count; i++) {
        values[i] = floating[i] != 0 ? 1 : 0;
      }
    } else {
      values = Chunk.longs(from, x, count);
      if (truth) {
        for (int i = 0; i < count; i++) {
          values[i] = values[i] != 0 ? 1 : 0;
        }
      }
    }
    Chunk.write(to, values, count, y);
  }
}
