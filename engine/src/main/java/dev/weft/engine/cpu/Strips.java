package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.Native;
import dev.weft.engine.cpu.Gemm.Matrix;
import java.lang.foreign.MemorySegment;

/**
 * Rows of a matrix in Java arrays, for a {@link Tile} to read. Each thread has one array, which it
 * fills again for every piece of work.
 *
 * @param bytes the size of an element: 4 for float32, 8 for float64
 */
record Strips(int bytes) {

  private static final int ROOM = GemmPlan.STRIPS * Gemm.ROWS * Tile.PITCH;
  private static final ThreadLocal<float[]> FLOATS = ThreadLocal.withInitial(() -> new float[ROOM]);
  private static final ThreadLocal<double[]> DOUBLES =
      ThreadLocal.withInitial(() -> new double[ROOM]);

  /** This thread's array: a {@code float[]} or a {@code double[]}. */
  Object array() {
    return bytes == 4 ? FLOATS.get() : DOUBLES.get();
  }

  /** Copies {@code depth} columns of {@code height} rows of {@code a} to an array. */
  void pack(Operand a, long row, int height, long column, int depth, Object to, int at) {
    switch (a) {
      case Matrix matrix -> pack(matrix.from(row, column), height, depth, to, at);
      case WindowMatrix windows -> windows.pack(row, height, column, depth, to, at);
    }
  }

  private void pack(Matrix a, int rows, int depth, Object to, int at) {
    if (a.column() == bytes) {
      for (int i = 0; i < rows; i++) {
        int index = at + i * Tile.PITCH;
        if (to instanceof float[] floats) {
          MemorySegment.copy(ALL, Native.FLOAT, a.at(i, 0), floats, index, depth);
        } else {
          MemorySegment.copy(ALL, Native.DOUBLE, a.at(i, 0), (double[]) to, index, depth);
        }
      }
    } else if (to instanceof float[] floats) {
      gather(a, rows, depth, floats, at);
    } else {
      gather(a, rows, depth, (double[]) to, at);
    }
  }

  // Column by column, because it is the rows that are adjacent in a transposed matrix.

  private static void gather(Matrix a, int rows, int depth, float[] to, int at) {
    for (int p = 0; p < depth; p++) {
      long column = a.address() + p * a.column();
      for (int i = 0; i < rows; i++) {
        to[at + i * Tile.PITCH + p] = ALL.get(Native.FLOAT, column + i * a.row());
      }
    }
  }

  private static void gather(Matrix a, int rows, int depth, double[] to, int at) {
    for (int p = 0; p < depth; p++) {
      long column = a.address() + p * a.column();
      for (int i = 0; i < rows; i++) {
        to[at + i * Tile.PITCH + p] = ALL.get(Native.DOUBLE, column + i * a.row());
      }
    }
  }
}
