package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.Native;
import dev.weft.engine.cpu.Gemm.Matrix;
import java.util.Arrays;

/**
 * The product of float32 matrices in Java arrays: the plain form of {@link Gemm}.
 *
 * <p>Rows of B are arrays of their own. C2 makes vectors of a loop whose arrays all have the same
 * index; of one that reads a row somewhere inside an array it does not, which is ten times slower.
 */
final class PlainGemm {

  /** Multiply-adds per piece of work: 1 ms of C1's code. */
  private static final long PIECE = 1 << 19;

  /** The most elements of B that are held at a time. */
  private static final long ROOM = 1 << 26;

  private PlainGemm() {}

  /** Whether the arrays can be made. */
  static boolean fits(long n, long k) {
    return n * Math.min(k, Gemm.K_BLOCK) <= ROOM && n <= ROOM;
  }

  /** C = start + A B; see {@link Gemm#run}. */
  static void run(
      long m, long n, long k, Matrix a, Matrix b, long start, long startRow, long c, long cRow) {
    int columns = (int) n;
    float[][] right = new float[(int) Math.min(k, Gemm.K_BLOCK)][columns];
    addBlock(m, columns, 0, a, b, right, start, startRow, c, cRow);
    for (long p = Gemm.K_BLOCK; p < k; p += Gemm.K_BLOCK) {
      float[][] block = Arrays.copyOf(right, (int) Math.min(k - p, Gemm.K_BLOCK));
      addBlock(m, columns, p, a, b, block, c, cRow, c, cRow);
    }
  }

  /**
   * C = start + A B for a block of k, which begins at {@code p} and has as many terms as {@code
   * right} has room for rows of B; none for a k of 0, where −0 + 0 is 0, here as in tiles.
   */
  private static void addBlock(
      long m,
      int columns,
      long p,
      Matrix a,
      Matrix b,
      float[][] right,
      long start,
      long startRow,
      long c,
      long cRow) {
    readRows(b.from(p, 0), columns, right);
    int depth = right.length;
    Parallel.ranges(
        m,
        Math.max(1, PIECE / Math.max(64, (long) depth * columns)),
        (from, to) -> {
          float[][] left = new float[(int) (to - from)][depth];
          readRows(a.from(from, p), depth, left);
          float[] row = new float[columns];
          float[] sums = new float[columns];
          for (int i = 0; i < left.length; i++) {
            Arrays.fill(sums, 0);
            addProduct(left[i], right, sums);
            if (start != 0) { // adding zeros would change the sign of −0
              Chunk.read(start + (from + i) * startRow, row, columns);
              addRow(1, row, sums);
            }
            Chunk.write(sums, columns, c + (from + i) * cRow);
          }
        });
  }

  /** Adds a row of A times B. What it calls are short loops: C2 has them ready soonest. */
  private static void addProduct(float[] left, float[][] right, float[] sums) {
    int p = 0;
    for (; p + 4 <= left.length; p += 4) {
      addFour(left, p, right[p], right[p + 1], right[p + 2], right[p + 3], sums);
    }
    for (; p < left.length; p++) {
      addRow(left[p], right[p], sums);
    }
  }

  /** Four rows of B at a time, in order: sums are loaded and stored a quarter as often. */
  private static void addFour(
      float[] left, int p, float[] b0, float[] b1, float[] b2, float[] b3, float[] sums) {
    float a0 = left[p];
    float a1 = left[p + 1];
    float a2 = left[p + 2];
    float a3 = left[p + 3];
    for (int j = 0; j < sums.length; j++) {
      float two = Math.fma(a1, b1[j], Math.fma(a0, b0[j], sums[j]));
      sums[j] = Math.fma(a3, b3[j], Math.fma(a2, b2[j], two));
    }
  }

  private static void addRow(float factor, float[] row, float[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] = Math.fma(factor, row[j], sums[j]);
    }
  }

  /** The first elements of a matrix, as many as there is room for. */
  private static void readRows(Matrix x, int columns, float[][] rows) {
    if (x.column() == Float.BYTES) {
      for (int i = 0; i < rows.length; i++) {
        Chunk.read(x.at(i, 0), rows[i], columns);
      }
    } else if (x.row() == Float.BYTES) {
      float[] column = new float[rows.length];
      for (int j = 0; j < columns; j++) {
        Chunk.read(x.at(0, j), column, column.length);
        for (int i = 0; i < column.length; i++) {
          rows[i][j] = column[i];
        }
      }
    } else {
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < columns; j++) {
          rows[i][j] = ALL.get(Native.FLOAT, x.at(i, j));
        }
      }
    }
  }
}
