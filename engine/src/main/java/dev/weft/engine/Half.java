package dev.weft.engine;

/** Conversions between float32 and the 16-bit formats; to nearest, ties to even; NaN stays NaN. */
public final class Half {

  private Half() {}

  /** bfloat16 bits to float32; exact. */
  public static float fromBFloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** float32 to bfloat16 bits. */
  public static short toBFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short)
          (bits >>> 16 | 0x40); // quiet, so that a payload in the low half cannot become infinity
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /** float64 to bfloat16 bits, rounded once. */
  public static short toBFloat16(double value) {
    return toBFloat16(roundToOdd(value));
  }

  /** float64 to float16 bits, rounded once. */
  public static short toFloat16(double value) {
    return Float.floatToFloat16(roundToOdd(value));
  }

  /**
   * float64 to float32 by truncation with a sticky last bit, so that a second rounding to 16 bits
   * gives what a single one would have given.
   *
   * <p>Source: Boldo, Melquiond, "Emulation of FMA and correctly rounded sums", 2008 (rounding to
   * odd).
   */
  private static float roundToOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value)) {
      return nearest;
    }
    if (Float.isInfinite(nearest)) {
      return nearest;
    }
    boolean awayFromZero = Math.abs((double) nearest) > Math.abs(value);
    int bits = Float.floatToRawIntBits(nearest);
    int truncated = awayFromZero ? bits - 1 : bits;
    return Float.intBitsToFloat(truncated | 1);
  }
}
