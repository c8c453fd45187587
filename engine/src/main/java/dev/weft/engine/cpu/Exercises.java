package dev.weft.engine.cpu;

import java.lang.foreign.Arena;

/** Little runs on memory of their own, by which {@link Kernel} warms vector loops up. */
final class Exercises {

  /**
   * 16 registers of 16 floats and a tail: enough turns for C2 to unroll, few in the interpreter.
   */
  static final int COUNT = 16 * 16 + 3;

  private static final long ROOM = 4096;
  private static final long MEMORY = Arena.global().allocate(4 * ROOM, 64).fill((byte) 0).address();

  static final long X = MEMORY;
  static final long Y = MEMORY + ROOM;
  static final long Z = MEMORY + 2 * ROOM;
  static final long W = MEMORY + 3 * ROOM;

  private Exercises() {}

  static void unary(Loops.Unary loop) {
    loop.run(X, Y, COUNT);
  }

  static void both(Loops.Binary loop) {
    loop.run(X, Y, Z, COUNT);
  }

  static void right(Loops.Binary loop) {
    loop.right(X, 1, Z, COUNT);
  }

  static void left(Loops.Binary loop) {
    loop.left(1, Y, Z, COUNT);
  }

  static void fold(Fold loop) {
    loop.run(X, Y, 0, COUNT);
  }

  static void formula(Formula loop) {
    loop.run(X, Y, Z, 0, 1, 1, W, COUNT);
  }

  static void select(Loops.Select loop) {
    loop.run(X, Y, Z, W, COUNT);
  }

  /**
   * Zeros that stay zeros. Elsewhere moments would shrink to subnormal numbers, which are a hundred
   * times slower and would never look compiled.
   */
  private static final class Zeros {
    static final long[] AT = at(Arena.global().allocate(5 * ROOM, 64).fill((byte) 0).address());

    private static long[] at(long memory) {
      long[] at = new long[5];
      for (int i = 0; i < at.length; i++) {
        at[i] = memory + i * ROOM;
      }
      return at;
    }
  }

  static void sgd(Loops.Step<StepRates.Sgd> loop) {
    loop.run(new StepRates.Sgd(1, 0, 0.9, 1, 0.1), Zeros.AT, COUNT);
  }

  /** Half as many: a square root and a quotient each take the time of ten products. */
  static void adam(Loops.Step<StepRates.Adam> loop) {
    var rates = new StepRates.Adam(1, 0, 1, 0.9, 0.1, 0.99, 0.01, 1, 1e-8, 0.1);
    loop.run(rates, Zeros.AT, COUNT / 2);
  }
}
