package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.ConvOp.Part;
import java.lang.foreign.MemorySegment;

/**
 * Convolution and its gradients as matrix products over {@link Patches}. Blocks of the patches
 * matrix are made as they are needed and stay in the cache; samples, groups and blocks are spread
 * over threads. Every number is summed in an order that depends on the sizes alone.
 */
final class Convolutions {

  /** A block of patches of this size is multiplied where it lies; see {@link GemmPlan}. */
  private static final long BLOCK_BYTES = 1 << 18;

  /** Fewer positions would leave the widest tiles of the product empty. */
  private static final long POSITIONS = 48;

  /** Multiply-adds per piece of work: about 50 µs. */
  private static final long PIECE = 4_000_000;

  private final ConvOp op;
  private final Gemm gemm;
  private final int bytes;
  private final Patches patches;
  private final long samples;

  /** Channels per group. */
  private final long inputs;

  private final long outputs;

  /** Rows of the patches matrix of a group. */
  private final long rows;

  private final long positions;

  /** Positions per block. */
  private final long block;

  private Convolutions(ConvOp op, DType dtype, Shape x, Shape w, Shape y) {
    this.op = op;
    this.gemm = Gemm.of(dtype);
    this.bytes = dtype.bytes();
    this.patches =
        new Patches(
            dtype, op.windows(), x.slice(2, x.rank()), w.slice(2, w.rank()), y.slice(2, y.rank()));
    this.samples = x.size(0);
    this.inputs = w.size(1);
    this.outputs = w.size(0) / op.groups();
    this.rows = inputs * patches.window();
    this.positions = patches.count();
    long fit = BLOCK_BYTES / Math.max(1, rows * bytes) / POSITIONS * POSITIONS;
    this.block = Math.clamp(fit, Math.min(POSITIONS, positions), positions);
  }

  /** Inputs: x and w, y and w, or x and y, whichever part is wanted; then the bias. */
  static void run(ConvOp op, Tensor[] in, Tensor result) {
    if (result.numel() == 0) {
      return;
    }
    Shape x = op.part() == Part.INPUT ? result.shape() : in[0].shape();
    Shape w = op.part() == Part.WEIGHT ? result.shape() : in[1].shape();
    Shape y =
        switch (op.part()) {
          case OUTPUT -> result.shape();
          case INPUT -> in[0].shape();
          case WEIGHT -> in[1].shape();
        };
    DType dtype = result.dtype();
    if (!dtype.isHalf()) {
      try (Temp a = Temp.contiguous(in[0]);
          Temp b = Temp.contiguous(in[1]);
          Temp bias = op.bias() ? Temp.contiguous(in[2]) : Temp.none()) {
        new Convolutions(op, dtype, x, w, y)
            .run(a.address(), b.address(), bias.address(), result.address(), result.numel());
      }
      return;
    }
    try (Products.Wide a = Products.Wide.of(in[0]);
        Products.Wide b = Products.Wide.of(in[1]);
        Products.Wide bias = Products.Wide.of(op.bias() ? in[2] : in[1]);
        Temp sums = Temp.of(4 * result.numel())) {
      new Convolutions(op, DType.FLOAT32, x, w, y)
          .run(
              a.address(),
              b.address(),
              op.bias() ? bias.address() : 0,
              sums.address(),
              result.numel());
      Copies.cast(DType.FLOAT32, sums.address(), dtype, result.address(), result.numel());
    }
  }

  private void run(long a, long b, long bias, long result, long count) {
    start(bias, result, count);
    switch (op.part()) {
      case OUTPUT -> output(a, b, result);
      case INPUT -> input(a, b, result);
      case WEIGHT -> weight(a, b, result);
    }
  }

  /** What the products are added to: the bias of each channel, or zeros. */
  private void start(long bias, long result, long count) {
    if (bias == 0) {
      Parallel.ranges(
          count * bytes,
          1 << 19,
          (from, to) -> ALL.asSlice(result + from, to - from).fill((byte) 0));
      return;
    }
    long channels = op.groups() * (op.part() == Part.INPUT ? inputs : outputs);
    long plane = count / samples / channels;
    Parallel.ranges(
        samples * channels,
        Math.max(1, (1 << 17) / plane),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            fill(result + i * plane * bytes, plane, bias + i % channels * bytes);
          }
        });
  }

  /** Repeats the element at {@code from}, in copies of doubling length. */
  private void fill(long to, long count, long from) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
    for (long done = 1; done < count; done *= 2) {
      long more = Math.min(done, count - done);
      MemorySegment.copy(ALL, to, ALL, to + done * bytes, more * bytes);
    }
  }

  // Within a group, with o output channels and r rows of patches P: y (o, p) = w (o, r) P (r, p).

  private long x(long base, long sample, long group, long channel) {
    return base + ((sample * op.groups() + group) * inputs + channel) * patches.plane() * bytes;
  }

  private long y(long base, long sample, long group, long position) {
    return base + ((sample * op.groups() + group) * outputs * positions + position) * bytes;
  }

  private long w(long base, long group, long row) {
    return base + (group * outputs * rows + row) * bytes;
  }

  private void output(long x, long w, long y) {
    long blocks = Math.ceilDiv(positions, block);
    pieces(
        samples * op.groups() * blocks,
        outputs * rows * block,
        i -> {
          long sample = i / blocks / op.groups();
          long group = i / blocks % op.groups();
          long from = i % blocks * block;
          long to = Math.min(positions, from + block);
          var weight = new Matrix(w(w, group, 0), rows * bytes, bytes);
          try (Columns columns = columns(x(x, sample, group, 0), inputs, from, to)) {
            gemm.add(
                outputs,
                to - from,
                rows,
                weight,
                columns.matrix,
                y(y, sample, group, from),
                positions * bytes);
          }
        });
  }

  /** Samples, groups and channels do not meet: a piece has some channels of one of each. */
  private void input(long y, long w, long x) {
    long step = channels(samples * op.groups());
    long cuts = Math.ceilDiv(inputs, step);
    pieces(
        samples * op.groups() * cuts,
        outputs * step * patches.window() * positions,
        i -> {
          long sample = i / cuts / op.groups();
          long group = i / cuts % op.groups();
          long channel = i % cuts * step;
          long count = Math.min(inputs, channel + step) - channel;
          long height = count * patches.window();
          var weight = new Matrix(w(w, group, channel * patches.window()), rows * bytes, bytes);
          try (Temp columns = Temp.of(height * block * bytes)) {
            for (long from = 0; from < positions; from += block) {
              long to = Math.min(positions, from + block);
              gemm.run(
                  height,
                  to - from,
                  outputs,
                  weight.transposed(),
                  new Matrix(y(y, sample, group, from), positions * bytes, bytes),
                  0,
                  columns.address(),
                  (to - from) * bytes);
              patches.scatter(columns.address(), count, from, to, x(x, sample, group, channel));
            }
          }
        });
  }

  /** Groups and channels do not meet; all samples are added up in their order. */
  private void weight(long x, long y, long w) {
    long step = channels(op.groups());
    long cuts = Math.ceilDiv(inputs, step);
    pieces(
        op.groups() * cuts,
        samples * outputs * step * patches.window() * positions,
        i -> {
          long group = i / cuts;
          long channel = i % cuts * step;
          long count = Math.min(inputs, channel + step) - channel;
          for (long sample = 0; sample < samples; sample++) {
            for (long from = 0; from < positions; from += block) {
              long to = Math.min(positions, from + block);
              try (Columns columns = columns(x(x, sample, group, channel), count, from, to)) {
                gemm.add(
                    outputs,
                    count * patches.window(),
                    to - from,
                    new Matrix(y(y, sample, group, from), positions * bytes, bytes),
                    columns.matrix.transposed(),
                    w(w, group, channel * patches.window()),
                    rows * bytes);
              }
            }
          }
        });
  }

  /**
   * Channels per piece of work: all of a group, or fewer where there would be too few pieces. At
   * least 8, because the rows of a patches matrix should fill the tiles of the product.
   */
  private long channels(long pieces) {
    long wanted = Math.clamp(16 / pieces, 1, Math.max(1, inputs / 8));
    return Math.ceilDiv(inputs, wanted);
  }

  private interface Piece {
    void run(long index);
  }

  private static void pieces(long count, long work, Piece piece) {
    Parallel.ranges(
        count,
        Math.max(1, PIECE / Math.max(1, work)),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            piece.run(i);
          }
        });
  }

  /** A block of the patches matrix: made for it, or the planes where they lie. */
  private record Columns(Matrix matrix, Temp memory) implements AutoCloseable {
    @Override
    public void close() {
      memory.close();
    }
  }

  private Columns columns(long x, long channels, long from, long to) {
    if (patches.isPlanes()) {
      return new Columns(new Matrix(x + from * bytes, patches.plane() * bytes, bytes), Temp.none());
    }
    Temp memory = Temp.of(channels * patches.window() * (to - from) * bytes);
    patches.gather(x, channels, from, to, memory.address());
    return new Columns(new Matrix(memory.address(), (to - from) * bytes, bytes), memory);
  }
}
