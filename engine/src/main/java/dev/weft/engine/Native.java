package dev.weft.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * All of native memory as one segment, addressed absolutely. Kernels read and write through it
 * after bounds were checked by {@code infer} and {@link Layout}; it is as fast as a pointer.
 */
public final class Native {

  /** Every address. Not for user input: nothing is checked behind it. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  public static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  public static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private Native() {}

  /** Element {@code index} of an array of {@code dtype} at {@code address}. */
  public static double getDouble(DType dtype, long address, long index) {
    long at = address + index * dtype.bytes();
    return switch (dtype) {
      case FLOAT32 -> ALL.get(FLOAT, at);
      case FLOAT64 -> ALL.get(DOUBLE, at);
      case FLOAT16 -> Float.float16ToFloat(ALL.get(SHORT, at));
      case BFLOAT16 -> Half.fromBFloat16(ALL.get(SHORT, at));
      case INT8 -> ALL.get(BYTE, at);
      case INT16 -> ALL.get(SHORT, at);
      case INT32 -> ALL.get(INT, at);
      case INT64 -> ALL.get(LONG, at);
      case UINT8 -> ALL.get(BYTE, at) & 0xFF;
      case BOOL -> ALL.get(BYTE, at) != 0 ? 1 : 0;
      case COMPLEX64, COMPLEX128 -> throw isPair(dtype);
    };
  }

  /** As {@link #getDouble}, exact for integers; floating values are truncated. */
  public static long getLong(DType dtype, long address, long index) {
    long at = address + index * dtype.bytes();
    return switch (dtype) {
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> (long) getDouble(dtype, address, index);
      case INT8 -> ALL.get(BYTE, at);
      case INT16 -> ALL.get(SHORT, at);
      case INT32 -> ALL.get(INT, at);
      case INT64 -> ALL.get(LONG, at);
      case UINT8 -> ALL.get(BYTE, at) & 0xFF;
      case BOOL -> ALL.get(BYTE, at) != 0 ? 1 : 0;
      case COMPLEX64, COMPLEX128 -> throw isPair(dtype);
    };
  }

  /**
   * Stores a number, rounded to nearest even for floating types, truncated and saturated for
   * integers.
   */
  public static void setDouble(DType dtype, long address, long index, double value) {
    long at = address + index * dtype.bytes();
    switch (dtype) {
      case FLOAT32 -> ALL.set(FLOAT, at, (float) value);
      case FLOAT64 -> ALL.set(DOUBLE, at, value);
      case FLOAT16 -> ALL.set(SHORT, at, Half.toFloat16(value));
      case BFLOAT16 -> ALL.set(SHORT, at, Half.toBFloat16(value));
      case INT8 -> ALL.set(BYTE, at, (byte) Math.clamp(Double.isNaN(value) ? 0 : value, -128, 127));
      case INT16 ->
          ALL.set(SHORT, at, (short) Math.clamp(Double.isNaN(value) ? 0 : value, -32768, 32767));
      case INT32 -> ALL.set(INT, at, (int) value);
      case INT64 -> ALL.set(LONG, at, (long) value);
      case UINT8 ->
          ALL.set(BYTE, at, (byte) (int) Math.clamp(Double.isNaN(value) ? 0 : value, 0, 255));
      case BOOL -> ALL.set(BYTE, at, (byte) (value != 0 ? 1 : 0));
      case COMPLEX64, COMPLEX128 -> throw isPair(dtype);
    }
  }

  /**
   * Stores an integer: rounded once to nearest even for floating types; narrower integer types keep
   * its low bits.
   */
  public static void setLong(DType dtype, long address, long index, long value) {
    long at = address + index * dtype.bytes();
    switch (dtype) {
      case FLOAT32 -> ALL.set(FLOAT, at, (float) value);
      case FLOAT64 -> ALL.set(DOUBLE, at, (double) value);
      case FLOAT16 -> ALL.set(SHORT, at, Half.toFloat16(value));
      case BFLOAT16 -> ALL.set(SHORT, at, Half.toBFloat16(value));
      case INT8, UINT8 -> ALL.set(BYTE, at, (byte) value);
      case INT16 -> ALL.set(SHORT, at, (short) value);
      case INT32 -> ALL.set(INT, at, (int) value);
      case INT64 -> ALL.set(LONG, at, value);
      case BOOL -> ALL.set(BYTE, at, (byte) (value != 0 ? 1 : 0));
      case COMPLEX64, COMPLEX128 -> throw isPair(dtype);
    }
  }

  /** Backends see the parts of complex tensors as real ones; see {@code ComplexRules}. */
  private static DTypeException isPair(DType dtype) {
    return new DTypeException(
        "an element of "
            + dtype
            + " is two numbers; use x.real(), x.imag() or x.viewAsReal(), or for a single element"
            + " x.itemComplex() or x.getComplex(…)");
  }
}
