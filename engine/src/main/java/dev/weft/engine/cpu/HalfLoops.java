package dev.weft.engine.cpu;

import dev.weft.engine.DType;

/**
 * Loops over half types: blocks are widened to float32, run through the loop of float32, and each
 * result is rounded once.
 */
final class HalfLoops {

  private static final long BYTES = 4L * Chunk.SIZE;

  private HalfLoops() {}

  static Loops.Unary unary(DType dtype, Loops.Unary loop) {
    return (x, y, count) -> {
      try (Temp block = Temp.of(BYTES)) {
        Chunk.each(
            count,
            (at, n) -> {
              widen(dtype, x + 2 * at, n, block.address());
              loop.run(block.address(), block.address(), n);
              narrow(dtype, block.address(), n, y + 2 * at);
            });
      }
    };
  }

  /** For a loop whose result is bool, {@code bool} is true; else the result is of {@code dtype}. */
  static Loops.Binary binary(DType dtype, boolean bool, Loops.Binary loop) {
    return new Loops.Binary() {
      @Override
      public void run(long x, long y, long z, long count) {
        try (Temp left = Temp.of(BYTES);
            Temp right = Temp.of(BYTES)) {
          Chunk.each(
              count,
              (at, n) -> {
                widen(dtype, x + 2 * at, n, left.address());
                widen(dtype, y + 2 * at, n, right.address());
                if (bool) {
                  loop.run(left.address(), right.address(), z + at, n);
                } else {
                  loop.run(left.address(), right.address(), left.address(), n);
                  narrow(dtype, left.address(), n, z + 2 * at);
                }
              });
        }
      }

      @Override
      public void right(long x, double y, long z, long count) {
        withNumber((from, to, n) -> loop.right(from, y, to, n), x, z, count);
      }

      @Override
      public void left(double x, long y, long z, long count) {
        withNumber((from, to, n) -> loop.left(x, from, to, n), y, z, count);
      }

      private void withNumber(Loops.Unary one, long x, long z, long count) {
        if (!bool) {
          unary(dtype, one).run(x, z, count);
          return;
        }
        try (Temp block = Temp.of(BYTES)) {
          Chunk.each(
              count,
              (at, n) -> {
                widen(dtype, x + 2 * at, n, block.address());
                one.run(block.address(), z + at, n);
              });
        }
      }
    };
  }

  private static void widen(DType dtype, long from, int count, long to) {
    Copies.castChunk(dtype, from, DType.FLOAT32, to, count);
  }

  private static void narrow(DType dtype, long from, int count, long to) {
    Copies.castChunk(DType.FLOAT32, from, dtype, to, count);
  }
}
