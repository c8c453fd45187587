package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.Native;
import dev.weft.engine.cpu.Gemm.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The product of float32 matrices in Java arrays: the plain form of {@link Gemm}. */
final class PlainGemm {

  /** Multiply-adds per piece of work: about 1 ms of C1's code. */
  private static final long PIECE = 1 << 19;

  private PlainGemm() {}

  /** Whether the arrays can be made. */
  static boolean fits(long n, long k) {
    return n <= 1 << 26 && k <= 1 << 26 && n * k <= 1 << 26;
  }

  /** C = start + A B; see {@link Gemm#run}. */
  static void run(
      long m, long n, long k, Matrix a, Matrix b, long start, long startRow, long c, long cRow) {
    int columns = (int) n;
    int depth = (int) k;
    float[] right = rows(b, depth, columns);
    float[] same = start == 0 ? new float[columns] : Chunk.floats(start, columns);
    Parallel.ranges(
        m,
        Math.max(1, PIECE / Math.max(1, n * k)),
        (from, to) -> {
          float[] left = rows(a.from(from, 0), (int) (to - from), depth);
          float[] row = new float[columns];
          float[] sums = new float[columns];
          for (long i = from; i < to; i++) {
            if (startRow == 0) {
              System.arraycopy(same, 0, row, 0, columns);
            } else {
              Chunk.read(start + i * startRow, row, columns);
            }
            addProduct(left, (int) (i - from) * depth, right, depth, sums, row);
            Chunk.write(row, columns, c + i * cRow);
          }
        });
  }

  /** Adds a row of {@code left} times {@code right}; {@code sums} is room for a block of k. */
  private static void addProduct(
      float[] left, int at, float[] right, int depth, float[] sums, float[] row) {
    int p = 0;
    do { // once for a depth of 0: −0 + 0 is 0, here as in tiles
      int end = Math.min(depth, p + Gemm.K_BLOCK);
      Arrays.fill(sums, 0);
      for (; p < end; p++) {
        addRow(left[at + p], right, p * row.length, sums);
      }
      for (int j = 0; j < row.length; j++) {
        row[j] += sums[j];
      }
    } while (p < depth);
  }

  /** A method of its own, so that C2 vectorises it. */
  private static void addRow(float factor, float[] right, int at, float[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] = Math.fma(factor, right[at + j], sums[j]);
    }
  }

  /** A matrix as an array, row by row. */
  private static float[] rows(Matrix x, int rows, int columns) {
    if (x.column() == Float.BYTES) {
      float[] values = new float[rows * columns];
      for (int i = 0; i < rows; i++) {
        MemorySegment.copy(ALL, Native.FLOAT, x.at(i, 0), values, i * columns, columns);
      }
      return values;
    }
    if (x.row() == Float.BYTES) {
      return transposed(rows(x.transposed(), columns, rows), columns, rows);
    }
    float[] values = new float[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        values[i * columns + j] = ALL.get(Native.FLOAT, x.at(i, j));
      }
    }
    return values;
  }

  private static float[] transposed(float[] x, int rows, int columns) {
    float[] y = new float[x.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        y[j * rows + i] = x[i * columns + j];
      }
    }
    return y;
  }
}
