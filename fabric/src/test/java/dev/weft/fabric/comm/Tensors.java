package dev.weft.fabric.comm;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Half;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Tensors as raw elements, made and read without any op. */
final class Tensors {

  private Tensors() {}

  static Tensor empty(DType dtype, long... shape) {
    return Tensor.empty(Shape.of(shape), dtype, Device.CPU);
  }

  static Tensor floats(double value, long count) {
    Tensor tensor = empty(DType.FLOAT32, count);
    for (long i = 0; i < count; i++) {
      set(tensor, i, value);
    }
    return tensor;
  }

  /** Small numbers of both signs that depend on the seed; bools for bool. */
  static Tensor random(DType dtype, long count, long seed) {
    if (dtype.isComplex()) {
      return random(dtype.toReal(), 2 * count, seed).reshape(count, 2).viewAsComplex();
    }
    Tensor tensor = empty(dtype, count);
    var random = new SplittableRandom(seed);
    for (long i = 0; i < count; i++) {
      if (dtype.isFloating()) {
        set(tensor, i, random.nextDouble(-2, 2));
      } else {
        setLong(tensor, i, dtype == DType.BOOL ? random.nextInt(2) : random.nextLong());
      }
    }
    return tensor;
  }

  static double get(Tensor tensor, long i) {
    MemorySegment memory = tensor.segment();
    return switch (tensor.dtype()) {
      case FLOAT32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      case FLOAT64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, i));
      case BFLOAT16 -> Half.fromBFloat16(memory.getAtIndex(ValueLayout.JAVA_SHORT, i));
      case INT8, UINT8, BOOL, INT16, INT32, INT64 -> getLong(tensor, i);
      case COMPLEX64, COMPLEX128 -> throw new AssertionError(tensor.dtype());
    };
  }

  static long getLong(Tensor tensor, long i) {
    MemorySegment memory = tensor.segment();
    return switch (tensor.dtype()) {
      case INT8 -> memory.get(ValueLayout.JAVA_BYTE, i);
      case UINT8, BOOL -> memory.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
      case INT16 -> memory.getAtIndex(ValueLayout.JAVA_SHORT, i);
      case INT32 -> memory.getAtIndex(ValueLayout.JAVA_INT, i);
      case INT64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, i);
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64, COMPLEX64, COMPLEX128 ->
          throw new AssertionError(tensor.dtype());
    };
  }

  static void set(Tensor tensor, long i, double value) {
    MemorySegment memory = tensor.segment();
    switch (tensor.dtype()) {
      case FLOAT32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      case FLOAT64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
      case FLOAT16 ->
          memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16((float) value));
      case BFLOAT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Half.toBFloat16((float) value));
      case INT8, UINT8, BOOL, INT16, INT32, INT64 -> setLong(tensor, i, (long) value);
    }
  }

  static void setLong(Tensor tensor, long i, long value) {
    MemorySegment memory = tensor.segment();
    switch (tensor.dtype()) {
      case INT8, UINT8, BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) value);
      case INT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) value);
      case INT32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
      case INT64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, value);
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64, COMPLEX64, COMPLEX128 ->
          throw new AssertionError(tensor.dtype());
    }
  }

  static byte[] bytes(Tensor tensor) {
    return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
  }
}
