package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Half;
import dev.weft.engine.Native;
import java.lang.foreign.MemorySegment;

/**
 * Stretches of native memory as Java arrays and back, for the plain form of kernels: a cold JVM
 * copies and walks arrays 20 times faster than it reads native memory element by element.
 */
final class Chunk {

  /** Elements that are converted at a time; their arrays stay in the L1 cache. */
  static final int SIZE = 1024;

  private Chunk() {}

  /** What is done with {@code count} elements from {@code start} on. */
  @FunctionalInterface
  interface Body {
    void run(long start, int count);
  }

  static void each(long count, Body body) {
    for (long i = 0; i < count; i += SIZE) {
      body.run(i, (int) Math.min(SIZE, count - i));
    }
  }

  static void read(long address, float[] to, int count) {
    MemorySegment.copy(ALL, Native.FLOAT, address, to, 0, count);
  }

  static void write(float[] from, int count, long address) {
    MemorySegment.copy(from, 0, ALL, Native.FLOAT, address, count);
  }

  static float[] floats(long address, int count) {
    float[] values = new float[count];
    read(address, values, count);
    return values;
  }

  private static double[] doubles(long address, int count) {
    double[] values = new double[count];
    MemorySegment.copy(ALL, Native.DOUBLE, address, values, 0, count);
    return values;
  }

  private static short[] shorts(long address, int count) {
    short[] values = new short[count];
    MemorySegment.copy(ALL, Native.SHORT, address, values, 0, count);
    return values;
  }

  private static byte[] bytes(long address, int count) {
    byte[] values = new byte[count];
    MemorySegment.copy(ALL, Native.BYTE, address, values, 0, count);
    return values;
  }

  private static int[] ints(long address, int count) {
    int[] values = new int[count];
    MemorySegment.copy(ALL, Native.INT, address, values, 0, count);
    return values;
  }

  /** Elements of any real dtype as doubles. */
  static double[] doubles(DType dtype, long address, int count) {
    return switch (dtype) {
      case FLOAT64 -> doubles(address, count);
      case FLOAT32 -> widen(floats(address, count));
      case FLOAT16, BFLOAT16 -> widen(halves(dtype, address, count));
      case INT8, INT16, INT32, INT64, UINT8, BOOL -> toDoubles(longs(dtype, address, count));
      case COMPLEX64, COMPLEX128 -> throw new IllegalArgumentException(dtype + " is no real type");
    };
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  private static double[] toDoubles(long[] values) {
    double[] converted = new double[values.length];
    for (int i = 0; i < converted.length; i++) {
      converted[i] = values[i];
    }
    return converted;
  }

  /** Elements of a half type as floats. */
  static float[] halves(DType dtype, long address, int count) {
    short[] bits = shorts(address, count);
    float[] values = new float[count];
    if (dtype == DType.FLOAT16) {
      for (int i = 0; i < count; i++) {
        values[i] = Float.float16ToFloat(bits[i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        values[i] = Half.fromBFloat16(bits[i]);
      }
    }
    return values;
  }

  /** Stores floats as a half type. */
  static void writeHalves(DType dtype, float[] values, int count, long address) {
    short[] bits = new short[count];
    if (dtype == DType.FLOAT16) {
      for (int i = 0; i < count; i++) {
        bits[i] = Float.floatToFloat16(values[i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        bits[i] = Half.toBFloat16(values[i]);
      }
    }
    MemorySegment.copy(bits, 0, ALL, Native.SHORT, address, count);
  }

  /** Elements of an integer type or bool as longs; bool as 0 and 1. */
  static long[] longs(DType dtype, long address, int count) {
    long[] values = new long[count];
    switch (dtype) {
      case INT64 -> MemorySegment.copy(ALL, Native.LONG, address, values, 0, count);
      case INT32 -> {
        int[] narrow = ints(address, count);
        for (int i = 0; i < count; i++) {
          values[i] = narrow[i];
        }
      }
      case INT16 -> {
        short[] narrow = shorts(address, count);
        for (int i = 0; i < count; i++) {
          values[i] = narrow[i];
        }
      }
      case INT8 -> {
        byte[] narrow = bytes(address, count);
        for (int i = 0; i < count; i++) {
          values[i] = narrow[i];
        }
      }
      case UINT8 -> {
        byte[] narrow = bytes(address, count);
        for (int i = 0; i < count; i++) {
          values[i] = narrow[i] & 0xFF;
        }
      }
      case BOOL -> {
        byte[] narrow = bytes(address, count);
        for (int i = 0; i < count; i++) {
          values[i] = narrow[i] != 0 ? 1 : 0;
        }
      }
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64, COMPLEX64, COMPLEX128 ->
          throw new IllegalArgumentException(dtype + " is no integer type");
    }
    return values;
  }

  /** Stores doubles as {@link Native#setDouble} converts them. */
  static void write(DType dtype, double[] values, int count, long address) {
    switch (dtype) {
      case FLOAT64 -> MemorySegment.copy(values, 0, ALL, Native.DOUBLE, address, count);
      case FLOAT32 -> {
        float[] narrow = new float[count];
        for (int i = 0; i < count; i++) {
          narrow[i] = (float) values[i];
        }
        write(narrow, count, address);
      }
      case BOOL -> {
        byte[] narrow = new byte[count];
        for (int i = 0; i < count; i++) {
          narrow[i] = (byte) (values[i] != 0 ? 1 : 0);
        }
        MemorySegment.copy(narrow, 0, ALL, Native.BYTE, address, count);
      }
      case INT64 -> {
        long[] whole = new long[count];
        for (int i = 0; i < count; i++) {
          whole[i] = (long) values[i];
        }
        MemorySegment.copy(whole, 0, ALL, Native.LONG, address, count);
      }
      case INT32 -> {
        int[] whole = new int[count];
        for (int i = 0; i < count; i++) {
          whole[i] = (int) values[i];
        }
        MemorySegment.copy(whole, 0, ALL, Native.INT, address, count);
      }
      case FLOAT16, BFLOAT16, INT8, INT16, UINT8 -> {
        for (int i = 0; i < count; i++) {
          Native.setDouble(dtype, address, i, values[i]);
        }
      }
      case COMPLEX64, COMPLEX128 -> throw new IllegalArgumentException(dtype + " is no real type");
    }
  }

  /** Stores longs as {@link Native#setLong} converts them. */
  static void write(DType dtype, long[] values, int count, long address) {
    switch (dtype) {
      case INT64 -> MemorySegment.copy(values, 0, ALL, Native.LONG, address, count);
      case INT32 -> {
        int[] narrow = new int[count];
        for (int i = 0; i < count; i++) {
          narrow[i] = (int) values[i];
        }
        MemorySegment.copy(narrow, 0, ALL, Native.INT, address, count);
      }
      case INT16 -> {
        short[] narrow = new short[count];
        for (int i = 0; i < count; i++) {
          narrow[i] = (short) values[i];
        }
        MemorySegment.copy(narrow, 0, ALL, Native.SHORT, address, count);
      }
      case INT8, UINT8 -> {
        byte[] narrow = new byte[count];
        for (int i = 0; i < count; i++) {
          narrow[i] = (byte) values[i];
        }
        MemorySegment.copy(narrow, 0, ALL, Native.BYTE, address, count);
      }
      case BOOL -> {
        byte[] narrow = new byte[count];
        for (int i = 0; i < count; i++) {
          narrow[i] = (byte) (values[i] != 0 ? 1 : 0);
        }
        MemorySegment.copy(narrow, 0, ALL, Native.BYTE, address, count);
      }
      case FLOAT32 -> {
        float[] converted = new float[count];
        for (int i = 0; i < count; i++) {
          converted[i] = (float) values[i];
        }
        write(converted, count, address);
      }
      case FLOAT64 -> MemorySegment.copy(toDoubles(values), 0, ALL, Native.DOUBLE, address, count);
      case FLOAT16, BFLOAT16 -> {
        for (int i = 0; i < count; i++) {
          Native.setLong(dtype, address, i, values[i]);
        }
      }
      case COMPLEX64, COMPLEX128 -> throw new IllegalArgumentException(dtype + " is no real type");
    }
  }
}
