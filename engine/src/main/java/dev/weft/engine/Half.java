package dev.weft.engine;

/** Conversions to the narrower floating formats; to nearest, ties to even; NaN stays NaN. */
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

  /** A number as {@code dtype}, a floating one, stores it: the nearest, ties to even. */
  public static double round(DType dtype, double value) {
    return switch (dtype) {
      case FLOAT64 -> value;
      case FLOAT32 -> (float) value;
      case FLOAT16 -> Float.float16ToFloat(toFloat16(value));
      case BFLOAT16 -> fromBFloat16(toBFloat16(value));
      case INT8, INT16, INT32, INT64, UINT8, BOOL, COMPLEX64, COMPLEX128 ->
          throw new DTypeException("round to " + dtype + ": not a floating dtype");
    };
  }

  /** The largest number of {@code dtype}, a floating one, that is not above a finite value. */
  public static double roundDown(DType dtype, double value) {
    double nearest = round(dtype, value);
    if (!(nearest > value)) {
      return nearest;
    }
    return switch (dtype) {
      case FLOAT16 -> Float.float16ToFloat(below(toFloat16(nearest)));
      case BFLOAT16 -> fromBFloat16(below(toBFloat16(nearest)));
      case FLOAT32, FLOAT64, INT8, INT16, INT32, INT64, UINT8, BOOL, COMPLEX64, COMPLEX128 ->
          Math.nextDown((float) nearest);
    };
  }

  /** The bits of the next smaller number: magnitudes are ordered as their bits are. */
  private static short below(short bits) {
    if ((bits & 0x7FFF) == 0) {
      return (short) 0x8001;
    }
    return (short) (bits < 0 ? bits + 1 : bits - 1);
  }

  /** A 64-bit integer to bfloat16 bits, rounded once. */
  public static short toBFloat16(long value) {
    return toBFloat16(toOddDouble(value));
  }

  /** A 64-bit integer to float16 bits, rounded once; beyond 65519 infinite. */
  public static short toFloat16(long value) {
    return toFloat16(toOddDouble(value));
  }

  /**
   * The 53 leading bits with a sticky last one, for a second rounding. Smaller numbers are exact.
   */
  private static double toOddDouble(long value) {
    if (Math.abs(value) <= 1L << 53 && value != Long.MIN_VALUE) {
      return value;
    }
    return (double) ((value >> 11 | ((value & 0x7FF) != 0 ? 1 : 0)) << 11);
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
