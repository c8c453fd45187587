package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Moves elements between layouts, and converts them between dtypes. */
final class Copies {

  /** Bytes that one thread moves at a time; below that, waking another costs more than it saves. */
  private static final long GRAIN_BYTES = 1 << 19;

  /** Elements that one thread converts at a time. */
  private static final long GRAIN = 1 << 16;

  /** Rows and columns of a transposed block: a line of the cache, for elements of 4 bytes. */
  private static final int BLOCK = 16;

  private Copies() {}

  /** The elements of {@code x}, row-major without gaps, at {@code to}. */
  static void gather(Tensor x, long to) {
    if (x.numel() == 0) {
      return;
    }
    int bytes = x.dtype().bytes();
    if (x.isContiguous()) {
      long from = x.address();
      Parallel.ranges(
          x.numel() * bytes,
          GRAIN_BYTES,
          (start, end) -> MemorySegment.copy(ALL, from + start, ALL, to + start, end - start));
    } else {
      move(Runs.of(x.layout(), Layout.contiguous(x.shape())), bytes, x.address(), to);
    }
  }

  /**
   * The elements of a layout, row-major without gaps, at {@code to}; {@code from} is the address of
   * the first.
   */
  static void gather(Layout layout, int bytes, long from, long to) {
    if (layout.shape().numel() > 0) {
      move(Runs.of(layout, Layout.contiguous(layout.shape())), bytes, from, to);
    }
  }

  /** Stores contiguous elements of its dtype where {@code y} says. */
  static void scatter(long from, Tensor y) {
    scatter(from, y.layout(), y.dtype().bytes(), y.address());
  }

  /** Stores contiguous elements where a layout says; {@code to} is the address of the first. */
  static void scatter(long from, Layout layout, int bytes, long to) {
    if (layout.shape().numel() > 0) {
      move(Runs.of(Layout.contiguous(layout.shape()), layout), bytes, from, to);
    }
  }

  /** Moves elements from one layout to another; the addresses are those of the first elements. */
  static void move(Layout source, Layout target, int bytes, long from, long to) {
    if (source.shape().numel() > 0) {
      move(Runs.of(source, target), bytes, from, to);
    }
  }

  /** Stores the elements of {@code x} in a part of {@code y}, which has its dtype. */
  static void into(Tensor y, Layout part, Tensor x) {
    if (x.numel() > 0) {
      int bytes = x.dtype().bytes();
      long to = y.storage().address() + part.offset() * bytes;
      move(Runs.of(x.layout(), part), bytes, x.address(), to);
    }
  }

  /** Overwrites {@code target} with {@code source}, converted to its dtype. */
  static void into(Tensor target, Tensor source) {
    long count = target.numel();
    if (count == 0) {
      return;
    }
    if (source.storage() == target.storage()) { // what is written may be read later
      try (Temp apart = Temp.of(count * source.dtype().bytes());
          Temp converted = Temp.of(count * target.dtype().bytes())) {
        gather(source, apart.address());
        cast(source.dtype(), apart.address(), target.dtype(), converted.address(), count);
        scatter(converted.address(), target);
      }
      return;
    }
    if (source.dtype() == target.dtype()) {
      move(
          Runs.of(source.layout(), target.layout()),
          target.dtype().bytes(),
          source.address(),
          target.address());
      return;
    }
    try (Temp from = Temp.contiguous(source)) {
      if (target.isContiguous()) {
        cast(source.dtype(), from.address(), target.dtype(), target.address(), count);
        return;
      }
      try (Temp converted = Temp.of(count * target.dtype().bytes())) {
        cast(source.dtype(), from.address(), target.dtype(), converted.address(), count);
        scatter(converted.address(), target);
      }
    }
  }

  /** y ← x, converted; y is contiguous. */
  static void cast(Tensor x, Tensor y) {
    if (x.dtype() == y.dtype()) {
      gather(x, y.address());
      return;
    }
    try (Temp from = Temp.contiguous(x)) {
      cast(x.dtype(), from.address(), y.dtype(), y.address(), x.numel());
    }
  }

  /** Converts contiguous elements. */
  static void cast(DType from, long x, DType to, long y, long count) {
    if (isBFloat16(from, to)) {
      Loops.Unary loop = bFloat16(from, count);
      Parallel.ranges(
          count,
          GRAIN,
          (start, end) -> loop.run(x + start * from.bytes(), y + start * to.bytes(), end - start));
      return;
    }
    Parallel.ranges(
        count,
        GRAIN,
        (start, end) ->
            Chunk.each(
                end - start,
                (at, n) ->
                    castChunk(
                        from,
                        x + (start + at) * from.bytes(),
                        to,
                        y + (start + at) * to.bytes(),
                        n)));
  }

  /** Whether it is float32 to bfloat16 or back, which has loops of its own. */
  private static boolean isBFloat16(DType from, DType to) {
    return from == DType.FLOAT32 && to == DType.BFLOAT16
        || from == DType.BFLOAT16 && to == DType.FLOAT32;
  }

  private static Loops.Unary bFloat16(DType from, long count) {
    return (from == DType.FLOAT32 ? BFloat16Loops.NARROW : BFloat16Loops.WIDEN).form(count);
  }

  /** Converts at most {@link Chunk#SIZE} elements. */
  static void castChunk(DType from, long x, DType to, long y, int count) {
    if (isBFloat16(from, to)) {
      bFloat16(from, count).run(x, y, count);
    } else if (from == DType.FLOAT32 && to.isHalf()) {
      Chunk.writeHalves(to, Chunk.floats(x, count), count, y);
    } else if (from.isHalf() && to == DType.FLOAT32) {
      Chunk.write(Chunk.halves(from, x, count), count, y);
    } else if (from.isFloating()) {
      Chunk.write(to, Chunk.doubles(from, x, count), count, y);
    } else {
      Chunk.write(to, Chunk.longs(from, x, count), count, y);
    }
  }

  // ---------------------------------------------------------------------------------- strides

  /** Moves elements of {@code bytes} bytes from operand 0 of {@code runs} to operand 1. */
  private static void move(Runs runs, int bytes, long from, long to) {
    if (isTransposed(runs)) {
      transpose(runs, bytes, from, to);
      return;
    }
    long inner = runs.inner();
    long rows = Math.max(1, GRAIN_BYTES / (inner * bytes));
    if (runs.rows() == 1 && runs.step(0) == 1 && runs.step(1) == 1) {
      Parallel.ranges(
          inner * bytes,
          GRAIN_BYTES,
          (start, end) -> MemorySegment.copy(ALL, from + start, ALL, to + start, end - start));
      return;
    }
    Parallel.ranges(
        runs.rows(),
        rows,
        (start, end) ->
            runs.forEach(
                start,
                end,
                offsets ->
                    moveRow(
                        bytes,
                        from + offsets[0] * bytes,
                        runs.step(0) * bytes,
                        to + offsets[1] * bytes,
                        runs.step(1) * bytes,
                        inner)));
  }

  /** Whether source and target each have neighbours in memory, along different dimensions. */
  private static boolean isTransposed(Runs runs) {
    int rank = runs.rank();
    return rank >= 2
        && runs.step(0, rank - 2) == 1
        && runs.step(1, rank - 1) == 1
        && runs.inner() >= 8
        && runs.size(rank - 2) >= 8;
  }

  /** By blocks, so that every line of the cache is used up while it is there. */
  private static void transpose(Runs runs, int bytes, long from, long to) {
    int rank = runs.rank();
    long rows = runs.size(rank - 2);
    long columns = runs.inner();
    long fromColumn = runs.step(0) * bytes;
    long toRow = runs.step(1, rank - 2) * bytes;
    long bands = Math.ceilDiv(rows, BLOCK);
    long grain = Math.max(1, GRAIN_BYTES / (BLOCK * columns * bytes));
    @Nullable Packing packing = bytes < 4 ? null : Packings.of(bytes).form(rows * columns);
    Parallel.ranges(
        runs.rows() / rows * bands,
        grain,
        (start, end) -> {
          for (long band = start; band < end; band++) {
            long first = band % bands * BLOCK;
            int height = (int) Math.min(BLOCK, rows - first);
            long matrix = band / bands * rows + first;
            runs.forEach(
                matrix,
                matrix + 1,
                offsets -> {
                  if (packing != null) {
                    packing.run(
                        from + offsets[0] * bytes,
                        fromColumn,
                        bytes,
                        to + offsets[1] * bytes,
                        toRow,
                        Math.toIntExact(columns),
                        height);
                    return;
                  }
                  for (long j = 0; j < columns; j += BLOCK) {
                    int width = (int) Math.min(BLOCK, columns - j);
                    for (int c = 0; c < width; c++) {
                      moveRow(
                          bytes,
                          from + offsets[0] * bytes + (j + c) * fromColumn,
                          bytes,
                          to + offsets[1] * bytes + (j + c) * bytes,
                          toRow,
                          height);
                    }
                  }
                });
          }
        });
  }

  /** Every second number of 4 bytes, two at a time; leaves at most two at the end. */
  private static long moveEverySecond(long from, long to, long count) {
    long i = 0;
    for (; i < count - 2; i += 2) {
      long first = ALL.get(Native.LONG, from + 8 * i) & 0xFFFF_FFFFL;
      ALL.set(Native.LONG, to + 4 * i, first | ALL.get(Native.LONG, from + 8 * i + 8) << 32);
    }
    return i;
  }

  /** Moves {@code count} elements of {@code bytes} bytes; steps are in bytes, too. */
  static void moveRow(int bytes, long from, long fromStep, long to, long toStep, long count) {
    if (fromStep == bytes && toStep == bytes) {
      MemorySegment.copy(ALL, from, ALL, to, count * bytes);
      return;
    }
    switch (bytes) {
      case 8 -> {
        for (long i = 0; i < count; i++) {
          ALL.set(Native.LONG, to + i * toStep, ALL.get(Native.LONG, from + i * fromStep));
        }
      }
      case 4 -> {
        long done = fromStep == 8 && toStep == 4 ? moveEverySecond(from, to, count) : 0;
        for (long i = done; i < count; i++) {
          ALL.set(Native.INT, to + i * toStep, ALL.get(Native.INT, from + i * fromStep));
        }
      }
      case 2 -> {
        for (long i = 0; i < count; i++) {
          ALL.set(Native.SHORT, to + i * toStep, ALL.get(Native.SHORT, from + i * fromStep));
        }
      }
      case 1 -> {
        for (long i = 0; i < count; i++) {
          ALL.set(Native.BYTE, to + i * toStep, ALL.get(Native.BYTE, from + i * fromStep));
        }
      }
      default -> throw new IllegalArgumentException(bytes + " bytes per element");
    }
  }
}
