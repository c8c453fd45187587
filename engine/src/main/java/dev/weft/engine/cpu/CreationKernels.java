package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Arange;
import dev.weft.engine.op.Fill;
import java.lang.foreign.MemorySegment;

/** Ops that make numbers by rule. */
final class CreationKernels {

  /** Bytes that one thread fills at a time. */
  private static final long GRAIN_BYTES = 1 << 19;

  /** Bytes of a pattern that is copied over and over; it stays in the L1 cache. */
  private static final long PATTERN = 1 << 12;

  private CreationKernels() {}

  /** Sets {@code bytes} bytes to 0. */
  static void zero(long address, long bytes) {
    Parallel.ranges(
        bytes, GRAIN_BYTES, (from, to) -> ALL.asSlice(address + from, to - from).fill((byte) 0));
  }

  /** One value everywhere. */
  static void fill(Fill op, Tensor y) {
    if (y.numel() == 0) {
      return;
    }
    DType dtype = y.dtype();
    long address = y.address();
    if (op.value() instanceof Long whole) {
      Native.setLong(dtype, address, 0, whole);
    } else {
      Native.setDouble(dtype, address, 0, op.value().doubleValue());
    }
    long bytes = y.spec().bytes();
    long made = dtype.bytes();
    for (long end = Math.min(bytes, PATTERN); made < end; made *= 2) {
      MemorySegment.copy(ALL, address, ALL, address + made, Math.min(made, end - made));
    }
    long pattern = Math.min(bytes, PATTERN);
    Parallel.ranges(
        bytes - pattern,
        GRAIN_BYTES,
        (from, to) -> {
          for (long at = from; at < to; at += PATTERN) {
            long piece = Math.min(PATTERN, to - at);
            MemorySegment.copy(ALL, address, ALL, address + pattern + at, piece);
          }
        });
  }

  /** y[i] = start + i · step. */
  static void arange(Arange op, Tensor y) {
    DType dtype = y.dtype();
    boolean whole = op.start() instanceof Long && op.step() instanceof Long;
    Parallel.ranges(
        y.numel(),
        Elementwise.HEAVY,
        (from, to) ->
            Chunk.each(
                to - from,
                (at, n) -> {
                  long first = from + at;
                  long address = y.address() + first * dtype.bytes();
                  if (whole) {
                    Chunk.write(dtype, whole(op, first, n), n, address);
                  } else {
                    Chunk.write(dtype, real(op, first, n), n, address);
                  }
                }));
  }

  private static long[] whole(Arange op, long first, int count) {
    long start = op.start().longValue();
    long step = op.step().longValue();
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = start + (first + i) * step;
    }
    return values;
  }

  private static double[] real(Arange op, long first, int count) {
    double start = op.start().doubleValue();
    double step = op.step().doubleValue();
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = start + (first + i) * step;
    }
    return values;
  }
}
