package dev.weft.engine.cpu;

import java.lang.foreign.Arena;

/** Little runs on memory of their own, by which {@link Kernel} warms vector loops up. */
final class Exercises {

  /** 16 registers of 16 floats: enough turns for C2 to unroll, few in the interpreter. */
  private static final int WHOLE = 16 * 16;

  /**
   * Whole registers and a rest, whole ones alone, a rest alone: every branch goes both ways. C2
   * leaves out what it has never seen, and starts again from the interpreter once that comes.
   */
  private static final int[] COUNTS = {WHOLE + 3, WHOLE, 3};

  private static final long ROOM = 4096;
  private static final long MEMORY = Arena.global().allocate(4 * ROOM, 64).fill((byte) 0).address();

  static final long X = MEMORY;
  static final long Y = MEMORY + ROOM;
  static final long Z = MEMORY + 2 * ROOM;
  static final long W = MEMORY + 3 * ROOM;

  /** For tiles: rows of a matrix, all in one place, and where their registers are. */
  static final long[] ROWS = {Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y};

  static final long[] NO_OFFSETS = new long[16];

  private Exercises() {}

  static void unary(Loops.Unary loop) {
    for (int count : COUNTS) {
      loop.run(X, Y, count);
    }
  }

  static void both(Loops.Binary loop) {
    for (int count : COUNTS) {
      loop.run(X, Y, Z, count);
    }
  }

  static void right(Loops.Binary loop) {
    for (int count : COUNTS) {
      loop.right(X, 1, Z, count);
    }
  }

  static void left(Loops.Binary loop) {
    for (int count : COUNTS) {
      loop.left(1, Y, Z, count);
    }
  }

  static void fold(Fold loop) {
    for (int count : COUNTS) {
      loop.run(X, Y, 0, count);
    }
  }

  static void formula(Formula loop) {
    for (int count : COUNTS) {
      loop.run(X, Y, Z, 0, 1, 1, W, count);
    }
  }

  static void select(Loops.Select loop) {
    for (int count : COUNTS) {
      loop.run(X, Y, Z, W, count);
    }
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
    for (int count : COUNTS) {
      loop.run(new StepRates.Sgd(1, 0, 0.9, 1, 0.1), Zeros.AT, count);
    }
  }

  /** Half as many: a square root and a quotient each take the time of ten products. */
  static void adam(Loops.Step<StepRates.Adam> loop) {
    var rates = new StepRates.Adam(1, 0, 1, 0.9, 0.1, 0.99, 0.01, 1, 1e-8, 0.1);
    for (int count : COUNTS) {
      loop.run(rates, Zeros.AT, count / 2);
    }
  }
}
