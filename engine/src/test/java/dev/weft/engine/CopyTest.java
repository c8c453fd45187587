package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.cpu.Tier;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies that change the layout, and casts between float32 and bfloat16, bit by bit. */
class CopyTest {

  /** What is cut off: nothing, below a tie, a tie, above it, everything. */
  private static final int[] LOWER_HALVES = {0, 0x7FFF, 0x8000, 0x8001, 0xFFFF};

  private static final int UPPER_HALVES = 1 << 16;

  /** Blocks of eight columns and of 32 rows, and what is left of either. */
  @ParameterizedTest
  @EnumSource(value = DType.class, names = "COMPLEX.*", mode = EnumSource.Mode.MATCH_NONE)
  void transposedMatricesAreCopiedElementByElement(DType dtype) {
    Tensor x = Tensor.arange(2 * 75 * 83).remainder(100).to(dtype).view(2, 75, 83);

    Tensor y = x.transpose(1, 2).contiguous();

    long[] from = x.toLongArray();
    long[] to = y.toLongArray();
    long[] expected = new long[from.length];
    for (int i = 0; i < expected.length; i++) {
      int matrix = i / (75 * 83);
      int row = i / 75 % 83;
      int column = i % 75;
      expected[i] = from[(matrix * 75 + column) * 83 + row];
    }
    assertThat(to).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(
      value = Tier.class,
      names = {"PLAIN", "VECTOR"})
  void everyFloatIsRoundedToTheNearestBFloat16(Tier tier) {
    for (int lower : LOWER_HALVES) {
      Tensor x = Tensor.empty(Shape.of(UPPER_HALVES + 3), DType.FLOAT32, Device.CPU);
      for (int i = 0; i < x.numel(); i++) {
        x.segment().setAtIndex(ValueLayout.JAVA_INT, i, i << 16 | lower);
      }
      Tensor y;
      try (var _ = Tier.force(tier)) {
        y = x.to(DType.BFLOAT16);
      }
      short[] expected = new short[UPPER_HALVES + 3];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Half.toBFloat16(Float.intBitsToFloat(i << 16 | lower));
      }
      short[] bits = y.segment().toArray(ValueLayout.JAVA_SHORT);
      assertThat(bits).as("lower half %04x", lower).isEqualTo(expected);
    }
  }

  @Test
  void bothFormsWidenEveryBFloat16Alike() {
    Tensor x = Tensor.empty(Shape.of(UPPER_HALVES), DType.BFLOAT16, Device.CPU);
    for (int i = 0; i < UPPER_HALVES; i++) {
      x.segment().setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
    }
    int[] expected = new int[UPPER_HALVES];
    Arrays.setAll(expected, i -> i << 16);
    for (Tier tier : new Tier[] {Tier.PLAIN, Tier.VECTOR}) {
      try (var _ = Tier.force(tier)) {
        int[] bits = x.to(DType.FLOAT32).segment().toArray(ValueLayout.JAVA_INT);
        assertThat(bits).as(tier.name()).isEqualTo(expected);
      }
    }
  }
}
