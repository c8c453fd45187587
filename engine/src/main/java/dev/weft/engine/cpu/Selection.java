package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Picks elements of two tensors by a third: bits are moved, so only their width matters. */
final class Selection {

  /** Elements per call of a loop; what repeats one element is that long. */
  private static final long STRETCH = 1 << 12;

  /** In shorter rows the call costs more than a copy of the operands. */
  private static final long SHORTEST_ROW = 8;

  /** How wide elements are. */
  private enum Width {
    ONE(DType.INT8),
    TWO(DType.INT16),
    FOUR(DType.INT32),
    EIGHT(DType.INT64);

    private static final Table<Width, Kernel<Loops.Select>> LOOPS =
        new Table<>(
            Width.class,
            width ->
                new Kernel<>(
                    plain(width.bits),
                    () -> Stamp.<Loops.Select>copyOf(SelectLoop.class, width.species()),
                    Exercises::select));

    private final DType bits;

    Width(DType bits) {
      this.bits = bits;
    }

    static Width of(DType dtype) {
      return values()[Integer.numberOfTrailingZeros(dtype.bytes())];
    }

    private VectorSpecies<?> species() {
      return switch (this) {
        case ONE -> ByteVector.SPECIES_PREFERRED;
        case TWO -> ShortVector.SPECIES_PREFERRED;
        case FOUR -> Lanes.F32;
        case EIGHT -> Lanes.F64;
      };
    }
  }

  private Selection() {}

  private static Loops.Select plain(DType bits) {
    return (condition, x, y, z, count) ->
        Chunk.each(
            count,
            (at, n) -> {
              long[] picks = Chunk.longs(DType.BOOL, condition + at, n);
              long[] values = Chunk.longs(bits, x + at * bits.bytes(), n);
              long[] others = Chunk.longs(bits, y + at * bits.bytes(), n);
              for (int i = 0; i < n; i++) {
                values[i] = picks[i] != 0 ? values[i] : others[i];
              }
              Chunk.write(bits, values, n, z + at * bits.bytes());
            });
  }

  /** z = condition ? x : y; z is contiguous. */
  static void where(Tensor condition, Tensor x, Tensor y, Tensor z) {
    if (z.numel() == 0) {
      return;
    }
    if (condition.isContiguous() && x.isContiguous() && y.isContiguous()) {
      contiguous(z, condition.address(), x.address(), y.address());
      return;
    }
    Runs runs = Runs.of(condition.layout(), x.layout(), y.layout(), z.layout());
    boolean copyAll = runs.inner() < SHORTEST_ROW;
    boolean[] copied = new boolean[3];
    for (int i = 0; i < copied.length; i++) {
      copied[i] = copyAll || runs.step(i) > 1;
    }
    try (Temp c = copied[0] ? Temp.contiguous(condition) : Temp.in(condition);
        Temp a = copied[1] ? Temp.contiguous(x) : Temp.in(x);
        Temp b = copied[2] ? Temp.contiguous(y) : Temp.in(y)) {
      Layout gapless = Layout.contiguous(z.shape());
      select(
          Runs.of(
              copied[0] ? gapless : condition.layout(),
              copied[1] ? gapless : x.layout(),
              copied[2] ? gapless : y.layout(),
              z.layout()),
          z.dtype(),
          c.address(),
          a.address(),
          b.address(),
          z.address());
    }
  }

  private static void contiguous(Tensor z, long condition, long x, long y) {
    long bytes = z.dtype().bytes();
    Loops.Select loop = Width.LOOPS.get(Width.of(z.dtype())).form(z.numel());
    Parallel.ranges(
        z.numel(),
        Elementwise.LIGHT,
        (from, to) -> {
          long at = from * bytes;
          loop.run(condition + from, x + at, y + at, z.address() + at, to - from);
        });
  }

  /** Neighbours in a row are adjacent, or one and the same element. */
  private static void select(Runs runs, DType dtype, long condition, long x, long y, long z) {
    int bytes = dtype.bytes();
    long inner = runs.inner();
    long length = Math.min(inner, STRETCH);
    long stretches = Math.ceilDiv(inner, length);
    Loops.Select loop = Width.LOOPS.get(Width.of(dtype)).form(runs.count());
    Parallel.ranges(
        runs.rows() * stretches,
        Math.max(1, Elementwise.LIGHT / length),
        (first, last) -> {
          try (var conditions = new Operand(runs.step(0) == 0, 1, length);
              var left = new Operand(runs.step(1) == 0, bytes, length);
              var right = new Operand(runs.step(2) == 0, bytes, length)) {
            for (long i = first; i < last; i++) {
              long start = i % stretches * length;
              long index = i / stretches * inner + start;
              loop.run(
                  conditions.at(condition + runs.offset(0, index)),
                  left.at(x + runs.offset(1, index) * bytes),
                  right.at(y + runs.offset(2, index) * bytes),
                  z + runs.offset(3, index) * bytes,
                  Math.min(length, inner - start));
            }
          }
        });
  }

  /** Stretches of an operand: as they lie, or one element over and over in memory of its own. */
  private static final class Operand implements AutoCloseable {
    private final boolean repeats;
    private final int bytes;
    private final long length;
    private final Temp room;
    private long repeated;

    Operand(boolean repeats, int bytes, long length) {
      this.repeats = repeats;
      this.bytes = bytes;
      this.length = length;
      this.room = repeats ? Temp.of(length * bytes) : Temp.none();
    }

    long at(long address) {
      if (!repeats) {
        return address;
      }
      if (address != repeated) {
        MemorySegment.copy(ALL, address, ALL, room.address(), bytes);
        for (long done = 1; done < length; done *= 2) {
          long more = Math.min(done, length - done) * bytes;
          MemorySegment.copy(ALL, room.address(), ALL, room.address() + done * bytes, more);
        }
        repeated = address;
      }
      return room.address();
    }

    @Override
    public void close() {
      room.close();
    }
  }
}
