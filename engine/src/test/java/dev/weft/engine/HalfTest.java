package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** All 65,536 patterns of both 16-bit formats, and what lies between them. */
class HalfTest {

  @Test
  void everyBFloat16SurvivesTheWayThroughFloat32AndFloat64() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Half.fromBFloat16((short) bits);
      assertRoundTrip(bits, value, Half.toBFloat16(value), 0x0040);
      assertRoundTrip(bits, value, Half.toBFloat16((double) value), 0x0040);
    }
  }

  @Test
  void everyFloat16SurvivesTheWayThroughFloat64() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float.float16ToFloat((short) bits);
      assertRoundTrip(bits, value, Half.toFloat16((double) value), 0x0200);
    }
  }

  private static void assertRoundTrip(int bits, float value, short back, int quiet) {
    int expected = Float.isNaN(value) ? bits | quiet : bits; // NaN becomes quiet, but stays NaN
    if ((back & 0xFFFF) != expected) {
      assertThat(back & 0xFFFF).as("bits %04x", bits).isEqualTo(expected);
    }
  }

  /** Between every two neighbours: below the middle, the middle, and above it. */
  @Test
  void roundsToNearestTiesToEven() {
    for (int bits = 0; bits < 0x7F80; bits++) { // bfloat16: up to infinity
      double low = Half.fromBFloat16((short) bits);
      double high = bits == 0x7F7F ? 0x1p128 : Half.fromBFloat16((short) (bits + 1));
      double middle = low + (high - low) / 2;
      int even = (bits & 1) == 0 ? bits : bits + 1;
      requireBits(bits, Half.toBFloat16(Math.nextDown(middle)));
      requireBits(even, Half.toBFloat16(middle));
      requireBits(bits + 1, Half.toBFloat16(Math.nextUp(middle)));
      requireBits(even | 0x8000, Half.toBFloat16(-middle));
      if (bits < 0x7F7F && bits > 0x80) { // where float32 can hold the middle and its neighbours
        requireBits(bits, Half.toBFloat16(Math.nextDown((float) middle)));
        requireBits(even, Half.toBFloat16((float) middle));
        requireBits(bits + 1, Half.toBFloat16(Math.nextUp((float) middle)));
      }
    }
    for (int bits = 0; bits < 0x7C00; bits++) { // float16
      double low = Float.float16ToFloat((short) bits);
      double high = bits == 0x7BFF ? 65536 : Float.float16ToFloat((short) (bits + 1));
      double middle = low + (high - low) / 2;
      int even = (bits & 1) == 0 ? bits : bits + 1;
      requireBits(bits, Half.toFloat16(Math.nextDown(middle)));
      requireBits(even, Half.toFloat16(middle));
      requireBits(bits + 1, Half.toFloat16(Math.nextUp(middle)));
      requireBits(even | 0x8000, Half.toFloat16(-middle));
    }
  }

  private static void requireBits(int expected, short actual) {
    if ((actual & 0xFFFF) != expected) {
      assertThat(actual & 0xFFFF).as("bits").isEqualTo(expected);
    }
  }

  @Test
  void overflowIsInfiniteAndUnderflowKeepsItsSign() {
    assertThat(Half.toFloat16(1e300)).isEqualTo((short) 0x7C00);
    assertThat(Half.toFloat16(-65520.0)).isEqualTo((short) 0xFC00);
    assertThat(Half.toBFloat16(-1e300)).isEqualTo((short) 0xFF80);
    assertThat(Half.toFloat16(-1e-300)).isEqualTo((short) 0x8000);
    assertThat(Half.toBFloat16(-Double.MIN_VALUE)).isEqualTo((short) 0x8000);
  }

  @Test
  void aNanWhosePayloadLiesInTheLowBitsDoesNotBecomeInfinity() {
    float nan = Float.intBitsToFloat(0x7F800001);
    assertThat(Half.fromBFloat16(Half.toBFloat16(nan))).isNaN();
    assertThat(Half.fromBFloat16(Half.toBFloat16(Double.NaN))).isNaN();
    assertThat(Float.float16ToFloat(Half.toFloat16(Double.NaN))).isNaN();
  }

  /** 2^60 + 2^52 is a tie for bfloat16; one more decides it, and float64 cannot hold that one. */
  @Test
  void longsAreRoundedOnce() {
    long tie = (1L << 60) + (1L << 52);
    assertThat((float) Half.fromBFloat16(Half.toBFloat16(tie))).isEqualTo(0x1p60f);
    assertThat((float) Half.fromBFloat16(Half.toBFloat16(tie + 1))).isEqualTo(0x1.02p60f);
    assertThat((float) Half.fromBFloat16(Half.toBFloat16(-tie - 1))).isEqualTo(-0x1.02p60f);
    assertThat((float) Half.fromBFloat16(Half.toBFloat16(-tie + 1))).isEqualTo(-0x1p60f);
    assertThat((float) Half.fromBFloat16(Half.toBFloat16(Long.MIN_VALUE))).isEqualTo(-0x1p63f);
    assertThat((float) Half.fromBFloat16(Half.toBFloat16(Long.MAX_VALUE))).isEqualTo(0x1p63f);
    assertThat(Half.toFloat16(65519L)).isEqualTo((short) 0x7BFF);
    assertThat(Half.toFloat16(65520L)).isEqualTo((short) 0x7C00);

    // The same through a tensor, for float32: 2^24 + 1 is a tie, and 2^54 decides.
    assertThat(Tensor.of((1L << 54) + (1L << 30) + 1).to(DType.FLOAT32).item())
        .isEqualTo(0x1.000002p54);
  }

  @Test
  void roundDownIsTheLargestNumberNotAbove() {
    var random = new SplittableRandom(5);
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16}) {
      for (int i = 0; i < 20_000; i++) {
        double value = (random.nextDouble() - 0.5) * Math.pow(2, random.nextInt(-30, 10));
        double down = Half.roundDown(dtype, value);
        assertThat(down).isLessThanOrEqualTo(value).isEqualTo(Half.round(dtype, down));
        double between = down + (value - down) / 2; // nothing of the dtype lies between the two
        assertThat(Half.roundDown(dtype, between)).isEqualTo(down);
        assertThat(value - down)
            .isLessThanOrEqualTo(Math.max(Math.abs(value) * 2 * dtype.eps(), 6e-8));
      }
      assertThat(Half.roundDown(dtype, -1e-300)).isNegative();
      assertThat(Half.roundDown(dtype, 0.75)).isEqualTo(0.75);
    }
    assertThatThrownBy(() -> Half.round(DType.INT8, 1)).isInstanceOf(DTypeException.class);
  }
}
