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
}
