package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Loops over any dtype and any function, shared by all: no op waits for a compiler of its own. They
 * serve what has no vector form, and the first milliseconds of what has one.
 *
 * <p>Floating elements are computed in double and rounded once. For +, −, ·, / and √ on float32
 * that gives the bits of float32 arithmetic, because double holds more than twice as many digits
 * (Figueroa, "When is double rounding innocuous?", 1995).
 */
final class PlainLoops {

  private PlainLoops() {}

  static Loops.Unary unary(DType from, DType to, DoubleUnaryOperator f) {
    if (from == DType.FLOAT32 && to == DType.FLOAT32) {
      return (x, y, count) -> floats(f, x, y, count);
    }
    return (x, y, count) ->
        Chunk.each(
            count,
            (at, n) -> {
              double[] values = Chunk.doubles(from, x + at * from.bytes(), n);
              for (int i = 0; i < n; i++) {
                values[i] = f.applyAsDouble(values[i]);
              }
              Chunk.write(to, values, n, y + at * to.bytes());
            });
  }

  /** Most elements of programs, without a detour through arrays of doubles. */
  private static void floats(DoubleUnaryOperator f, long x, long y, long count) {
    for (long i = 0; i < count; i += Chunk.SIZE) {
      float[] values = Chunk.floats(x + 4 * i, (int) Math.min(Chunk.SIZE, count - i));
      for (int j = 0; j < values.length; j++) {
        values[j] = (float) f.applyAsDouble(values[j]);
      }
      Chunk.write(values, values.length, y + 4 * i);
    }
  }

  static Loops.Unary onIntegers(DType from, DType to, LongUnaryOperator f) {
    return (x, y, count) ->
        Chunk.each(
            count,
            (at, n) -> {
              long[] values = Chunk.longs(from, x + at * from.bytes(), n);
              for (int i = 0; i < n; i++) {
                values[i] = f.applyAsLong(values[i]);
              }
              Chunk.write(to, values, n, y + at * to.bytes());
            });
  }

  static Loops.Binary binary(DType from, DType to, DoubleBinaryOperator f) {
    return new Loops.Binary() {
      @Override
      public void run(long x, long y, long z, long count) {
        Chunk.each(
            count,
            (at, n) -> {
              double[] left = Chunk.doubles(from, x + at * from.bytes(), n);
              double[] right = Chunk.doubles(from, y + at * from.bytes(), n);
              for (int i = 0; i < n; i++) {
                left[i] = f.applyAsDouble(left[i], right[i]);
              }
              Chunk.write(to, left, n, z + at * to.bytes());
            });
      }

      @Override
      public void right(long x, double y, long z, long count) {
        unary(from, to, v -> f.applyAsDouble(v, y)).run(x, z, count);
      }

      @Override
      public void left(double x, long y, long z, long count) {
        unary(from, to, v -> f.applyAsDouble(x, v)).run(y, z, count);
      }
    };
  }

  /** The function of two integers whose operands are both arrays. */
  static void onIntegers(
      DType from, DType to, LongBinaryOperator f, long x, long y, long z, long count) {
    Chunk.each(
        count,
        (at, n) -> {
          long[] left = Chunk.longs(from, x + at * from.bytes(), n);
          long[] right = Chunk.longs(from, y + at * from.bytes(), n);
          for (int i = 0; i < n; i++) {
            left[i] = f.applyAsLong(left[i], right[i]);
          }
          Chunk.write(to, left, n, z + at * to.bytes());
        });
  }
}
