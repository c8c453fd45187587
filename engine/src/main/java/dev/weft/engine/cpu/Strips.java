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

  /** Copies {@code depth} columns of some rows of {@code a} to an array. */
  void pack(Operand a, long row, int rows, long column, int depth, Object to) {
    switch (a) {
      case Matrix matrix -> pack(matrix.from(row, column), rows, depth, to);
      case WindowMatrix windows -> windows.pack(Math.toIntExact(row), rows, column, depth, to);
      case Scattered _ -> throw new IllegalStateException("rows of A are not scattered"); // a bug
    }
  }

  private void pack(Matrix a, int rows, int depth, Object to) {
    if (a.column() == bytes) {
      copy(a, rows, depth, to);
      return;
    }
    long row = (long) depth * bytes;
    try (Temp adjacent = Temp.of(rows * row)) {
      Packings.of(bytes)
          .form((long) rows * depth)
          .run(a.address(), a.column(), a.row(), adjacent.address(), row, depth, rows);
      copy(new Matrix(adjacent.address(), row, bytes), rows, depth, to);
    }
  }

  private static void copy(Matrix a, int rows, int depth, Object to) {
    for (int i = 0; i < rows; i++) {
      int index = i * Tile.PITCH;
      if (to instanceof float[] floats) {
        MemorySegment.copy(ALL, Native.FLOAT, a.at(i, 0), floats, index, depth);
      } else {
        MemorySegment.copy(ALL, Native.DOUBLE, a.at(i, 0), (double[]) to, index, depth);
      }
    }
  }
}
