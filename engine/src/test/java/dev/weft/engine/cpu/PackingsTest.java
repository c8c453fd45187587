package dev.weft.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both forms of {@link Packings} move each element to its place, with all bits, and no others. */
class PackingsTest {

  private static final int[] SIZES = {1, 3, 8, 15, 16, 17, 33, 50};

  @ParameterizedTest
  @CsvSource({"4, PLAIN", "4, VECTOR", "8, PLAIN", "8, VECTOR"})
  void everyElementArrives(int bytes, Tier tier) {
    for (int count : SIZES) {
      for (int k : SIZES) {
        check(bytes, tier, count, k, (long) (k + 2) * bytes, bytes); // adjacent in a column
        check(bytes, tier, count, k, bytes, (long) (count + 1) * bytes); // adjacent in a row
        check(bytes, tier, count, k, 2L * bytes, (2L * count + 1) * bytes);
      }
    }
  }

  private static void check(int bytes, Tier tier, int count, int k, long step, long fromRow) {
    long toRow = (long) (count + 3) * bytes;
    try (var arena = Arena.ofConfined();
        var _ = Tier.force(tier)) {
      MemorySegment from = random(arena, (count - 1) * step + (k - 1) * fromRow + bytes);
      MemorySegment to = random(arena, (k - 1) * toRow + (long) count * bytes);
      byte[] expected = to.toArray(ValueLayout.JAVA_BYTE);
      for (int p = 0; p < k; p++) {
        for (int i = 0; i < count; i++) {
          MemorySegment.copy(
              from,
              ValueLayout.JAVA_BYTE,
              i * step + p * fromRow,
              expected,
              (int) (p * toRow) + i * bytes,
              bytes);
        }
      }
      Packings.of(bytes).form(1).run(from.address(), step, fromRow, to.address(), toRow, count, k);
      assertThat(to.toArray(ValueLayout.JAVA_BYTE))
          .as("%d x %d, steps %d and %d", k, count, fromRow, step)
          .isEqualTo(expected);
    }
  }

  private static MemorySegment random(Arena arena, long size) {
    byte[] bytes = new byte[Math.toIntExact(size)];
    new SplittableRandom(size).nextBytes(bytes);
    return arena.allocate(size, 64).copyFrom(MemorySegment.ofArray(bytes));
  }
}
