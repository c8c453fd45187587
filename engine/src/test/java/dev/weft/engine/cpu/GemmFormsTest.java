package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.Native;
import dev.weft.engine.cpu.Gemm.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Products of float32 to the bit, in either form: what {@link Gemm} says every element is, one
 * element at a time.
 */
class GemmFormsTest {

  private static final int ROWS = 9;

  /** Columns include those of three whole registers and a rest; depths, one to three blocks. */
  @ParameterizedTest
  @CsvSource({
    "1, 0", "5, 0", "1, 1", "4, 3", "5, 4", "16, 7", "51, 255", "33, 256", "1, 257", "19, 258",
    "35, 515", "3, 771"
  })
  void everyElementIsOneChainPerBlock(int columns, int depth) {
    Random random = new Random(5);
    float[] left = numbers(random, ROWS * depth);
    float[] right = numbers(random, depth * columns);
    float[] start = numbers(random, ROWS * columns);
    try (var arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(4L * ROWS * columns + 4, 64);
      for (int layout = 0; layout < 3; layout++) {
        Matrix a = matrix(arena, left, ROWS, depth, layout);
        Matrix b = matrix(arena, right, depth, columns, (layout + 1) % 3);
        for (Tier tier : new Tier[] {Tier.PLAIN, Tier.VECTOR}) {
          try (var _ = Tier.force(tier)) {
            MemorySegment.copy(start, 0, c, Native.FLOAT, 0, start.length);
            Gemm.F32.add(ROWS, columns, depth, a, b, c.address(), 4L * columns);
            assertThat(values(c, start.length))
                .as("added, layout %d, %s", layout, tier)
                .isEqualTo(expected(left, right, start, columns, depth));

            Gemm.F32.run(ROWS, columns, depth, a, b, 0, c.address(), 4L * columns);
            assertThat(values(c, start.length))
                .as("alone, layout %d, %s", layout, tier)
                .isEqualTo(expected(left, right, new float[start.length], columns, depth));
          }
        }
      }
    }
  }

  /** −1e−60 is rounded to −0, which stays what it is when nothing is added. */
  @ParameterizedTest
  @EnumSource(
      value = Tier.class,
      names = {"PLAIN", "VECTOR"})
  void zeroKeepsItsSign(Tier tier) {
    try (var arena = Arena.ofConfined();
        var _ = Tier.force(tier)) {
      Matrix a = matrix(arena, new float[] {1e-30f}, 1, 1, 0);
      Matrix b = matrix(arena, new float[] {-1e-30f}, 1, 1, 0);
      MemorySegment c = arena.allocate(4, 64);
      Gemm.F32.run(1, 1, 1, a, b, 0, c.address(), 4);
      assertThat(Float.floatToRawIntBits(values(c, 1)[0])).isEqualTo(Integer.MIN_VALUE);
    }
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  /** Row by row, column by column, or every second element of rows. */
  private static Matrix matrix(Arena arena, float[] values, int rows, int columns, int layout) {
    long row = layout == 0 ? 4L * columns : layout == 1 ? 4 : 8L * columns;
    long column = layout == 0 ? 4 : layout == 1 ? 4L * rows : 8;
    var x = new Matrix(arena.allocate(8L * rows * columns + 8, 64).address(), row, column);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        ALL.set(Native.FLOAT, x.at(i, j), values[i * columns + j]);
      }
    }
    return x;
  }

  private static float[] values(MemorySegment c, int count) {
    return Chunk.floats(c.address(), count);
  }

  private static float[] expected(
      float[] left, float[] right, float[] start, int columns, int depth) {
    float[] c = start.clone();
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < columns; j++) {
        for (int block = 0; block < depth; block += 256) {
          float chain = 0;
          for (int p = block; p < Math.min(depth, block + 256); p++) {
            chain = Math.fma(left[i * depth + p], right[p * columns + j], chain);
          }
          c[i * columns + j] += chain;
        }
      }
    }
    return c;
  }
}
