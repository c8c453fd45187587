package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.op.Binary;

/** What is done with elements that an index points at: they are read, overwritten or added to. */
final class IndexVisitors {

  private IndexVisitors() {}

  /** other ← target, on elements of {@code bytes} bytes. */
  static Pointers.Visitor pick(int bytes, long target, long other) {
    return new Pointers.Visitor() {
      @Override
      public void row(long from, long fromStep, long to, long toStep, long count) {
        Copies.moveRow(
            bytes,
            target + from * bytes,
            fromStep * bytes,
            other + to * bytes,
            toStep * bytes,
            count);
      }

      @Override
      public void scattered(long[] from, long to, long toStep, int count) {
        pickEach(bytes, target, from, other + to * bytes, toStep * bytes, count);
      }
    };
  }

  /** target ← other, on elements of {@code bytes} bytes. */
  static Pointers.Visitor put(int bytes, long target, long other) {
    return new Pointers.Visitor() {
      @Override
      public void row(long to, long toStep, long from, long fromStep, long count) {
        Copies.moveRow(
            bytes,
            other + from * bytes,
            fromStep * bytes,
            target + to * bytes,
            toStep * bytes,
            count);
      }

      @Override
      public void scattered(long[] to, long from, long fromStep, int count) {
        putEach(bytes, other + from * bytes, fromStep * bytes, target, to, count);
      }
    };
  }

  /** target ← target + other; integers keep their low bits. */
  static Pointers.Visitor add(DType dtype, long target, long other) {
    int bytes = dtype.bytes();
    return new Pointers.Visitor() {
      @Override
      public void row(long to, long toStep, long from, long fromStep, long count) {
        if (dtype.isFloating() && toStep == 1 && fromStep == 1) {
          long y = target + to * bytes;
          BinaryKernels.both(Binary.ADD, dtype, count).run(y, other + from * bytes, y, count);
          return;
        }
        Chunk.each(
            count,
            (start, n) -> {
              long[] targets = new long[n];
              for (int i = 0; i < n; i++) {
                targets[i] = to + (start + i) * toStep;
              }
              scattered(targets, from + start * fromStep, fromStep, n);
            });
      }

      @Override
      public void scattered(long[] to, long from, long fromStep, int count) {
        addEach(dtype, other + from * bytes, fromStep * bytes, target, to, count);
      }
    };
  }

  /** {@code y} is an address, its step in bytes; {@code from} counts elements from {@code x} on. */
  private static void pickEach(int bytes, long x, long[] from, long y, long step, int count) {
    switch (bytes) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.LONG, y + i * step, ALL.get(Native.LONG, x + from[i] * 8));
        }
      }
      case 4 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.INT, y + i * step, ALL.get(Native.INT, x + from[i] * 4));
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.SHORT, y + i * step, ALL.get(Native.SHORT, x + from[i] * 2));
        }
      }
      case 1 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.BYTE, y + i * step, ALL.get(Native.BYTE, x + from[i]));
        }
      }
      default -> throw new IllegalArgumentException(bytes + " bytes per element");
    }
  }

  /** {@code x} is an address, its step in bytes; {@code to} counts elements from {@code y} on. */
  private static void putEach(int bytes, long x, long step, long y, long[] to, int count) {
    switch (bytes) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.LONG, y + to[i] * 8, ALL.get(Native.LONG, x + i * step));
        }
      }
      case 4 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.INT, y + to[i] * 4, ALL.get(Native.INT, x + i * step));
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.SHORT, y + to[i] * 2, ALL.get(Native.SHORT, x + i * step));
        }
      }
      case 1 -> {
        for (int i = 0; i < count; i++) {
          ALL.set(Native.BYTE, y + to[i], ALL.get(Native.BYTE, x + i * step));
        }
      }
      default -> throw new IllegalArgumentException(bytes + " bytes per element");
    }
  }

  /** As {@link #putEach}. */
  private static void addEach(DType dtype, long x, long step, long y, long[] to, int count) {
    switch (dtype) {
      case FLOAT32 -> {
        for (int i = 0; i < count; i++) {
          long at = y + to[i] * 4;
          ALL.set(
              Native.FLOAT, at, ALL.get(Native.FLOAT, at) + ALL.get(Native.FLOAT, x + i * step));
        }
      }
      case FLOAT64 -> {
        for (int i = 0; i < count; i++) {
          long at = y + to[i] * 8;
          double sum = ALL.get(Native.DOUBLE, at) + ALL.get(Native.DOUBLE, x + i * step);
          ALL.set(Native.DOUBLE, at, sum);
        }
      }
      case INT64 -> {
        for (int i = 0; i < count; i++) {
          long at = y + to[i] * 8;
          ALL.set(Native.LONG, at, ALL.get(Native.LONG, at) + ALL.get(Native.LONG, x + i * step));
        }
      }
      case INT32 -> {
        for (int i = 0; i < count; i++) {
          long at = y + to[i] * 4;
          ALL.set(Native.INT, at, ALL.get(Native.INT, at) + ALL.get(Native.INT, x + i * step));
        }
      }
      case INT16 -> {
        for (int i = 0; i < count; i++) {
          long at = y + to[i] * 2;
          int sum = ALL.get(Native.SHORT, at) + ALL.get(Native.SHORT, x + i * step);
          ALL.set(Native.SHORT, at, (short) sum);
        }
      }
      case INT8, UINT8 -> {
        for (int i = 0; i < count; i++) {
          long at = y + to[i];
          int sum = ALL.get(Native.BYTE, at) + ALL.get(Native.BYTE, x + i * step);
          ALL.set(Native.BYTE, at, (byte) sum);
        }
      }
      case FLOAT16, BFLOAT16, BOOL, COMPLEX64, COMPLEX128 ->
          throw new IllegalArgumentException("sums are not held in " + dtype);
    }
  }
}
