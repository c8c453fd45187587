package dev.weft.engine.cpu;

import dev.weft.engine.op.Binary;
import java.util.Arrays;

/** +, −, · and / on float32 in loops that C2 makes vectors of; {@link PlainLoops} has the rest. */
record PlainArithmetic(Binary op) implements Loops.Binary {

  static boolean has(Binary op) {
    return op == Binary.ADD || op == Binary.SUB || op == Binary.MUL || op == Binary.DIV;
  }

  @Override
  public void run(long x, long y, long z, long count) {
    for (long i = 0; i < count; i += Chunk.SIZE) {
      int n = (int) Math.min(Chunk.SIZE, count - i);
      put(Chunk.floats(x + 4 * i, n), Chunk.floats(y + 4 * i, n), z + 4 * i);
    }
  }

  @Override
  public void right(long x, double y, long z, long count) {
    for (long i = 0; i < count; i += Chunk.SIZE) {
      int n = (int) Math.min(Chunk.SIZE, count - i);
      put(Chunk.floats(x + 4 * i, n), repeated(y, n), z + 4 * i);
    }
  }

  @Override
  public void left(double x, long y, long z, long count) {
    for (long i = 0; i < count; i += Chunk.SIZE) {
      int n = (int) Math.min(Chunk.SIZE, count - i);
      put(repeated(x, n), Chunk.floats(y + 4 * i, n), z + 4 * i);
    }
  }

  private static float[] repeated(double number, int count) {
    float[] values = new float[count];
    Arrays.fill(values, (float) number);
    return values;
  }

  private void put(float[] x, float[] y, long z) {
    switch (op) {
      case ADD -> add(x, y);
      case SUB -> subtract(x, y);
      case MUL -> multiply(x, y);
      case DIV -> divide(x, y);
      default -> throw new IllegalStateException("no loop for " + op);
    }
    Chunk.write(x, x.length, z);
  }

  private static void add(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }

  private static void subtract(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] -= y[i];
    }
  }

  private static void multiply(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= y[i];
    }
  }

  private static void divide(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] /= y[i];
    }
  }
}
