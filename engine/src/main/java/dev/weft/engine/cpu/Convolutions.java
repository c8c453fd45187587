package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.ConvOp.Part;
import dev.weft.engine.op.Windows;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Convolution and its gradients as matrix products with a {@link WindowMatrix}: of the images for
 * the convolution and the gradient of its weight, of the gradients for that of the images, if these
 * have more than a few channels. Blocks of columns, samples and groups are spread over threads.
 * Every number is summed in an order that depends on the sizes alone.
 */
final class Convolutions {

  /** What is packed of the windows for a block should stay in the L2 cache. */
  private static final long BLOCK_BYTES = 1 << 18;

  /** Columns of a block: fewer would not pay for copying the other side of the product. */
  private static final long COLUMNS = 384;

  /** Columns of the widest tiles. */
  private static final long PANEL = 48;

  /**
   * With fewer channels than this, products with the windows of all the others waste most of a
   * register.
   */
  private static final long FEW = 8;

  /** Windows that are computed at a time, for each thread. */
  private static final long WINDOWS_BYTES = 1 << 23;

  /** Adding an element of a window to an image costs as much as copying so many for a product. */
  private static final long SPREAD = 4;

  /** Rows of turned weights that are written side by side. */
  private static final long TURNED = 16;

  /** Multiply-adds per piece of work: about 50 µs. */
  private static final long PIECE = 4_000_000;

  private final ConvOp op;
  private final DType dtype;
  private final Gemm gemm;
  private final int bytes;

  // Along three dimensions, the last first filled:
  private final long[] stride;
  private final long[] padding;
  private final long[] dilation;
  private final long[] kernel;
  private final long[] size;
  private final long[] positions;

  private final long samples;
  private final long groups;

  /** Channels per group. */
  private final long inputs;

  private final long outputs;

  private Convolutions(ConvOp op, DType dtype, Shape x, Shape w, Shape y) {
    Windows windows = op.windows().full();
    this.op = op;
    this.dtype = dtype;
    this.gemm = Gemm.of(dtype);
    this.bytes = dtype.bytes();
    this.stride = longs(windows.stride());
    this.padding = longs(windows.padding());
    this.dilation = longs(windows.dilation());
    this.kernel = spatial(w);
    this.size = spatial(x);
    this.positions = spatial(y);
    this.samples = x.size(0);
    this.groups = op.groups();
    this.inputs = w.size(1);
    this.outputs = w.size(0) / op.groups();
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static long[] spatial(Shape shape) {
    long[] full = {1, 1, 1};
    int dims = shape.rank() - 2;
    System.arraycopy(shape.sizes(), 2, full, full.length - dims, dims);
    return full;
  }

  private static long product(long[] sizes) {
    return sizes[0] * sizes[1] * sizes[2];
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
    long channels = groups * (op.part() == Part.INPUT ? inputs : outputs);
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

  // ------------------------------------------------------------------- windows of the images

  /** How far the last element of a window is from the first, in elements of a phase. */
  private long reach(int d) {
    return (kernel[d] - 1) * dilation[d] / stride[d];
  }

  private Planes images(long x) {
    long[] plane = new long[3];
    long[] phases = new long[3];
    for (int d = 0; d < 3; d++) {
      plane[d] = positions[d] + reach(d);
      phases[d] = Math.min(stride[d], (kernel[d] - 1) * dilation[d] + 1);
    }
    return Planes.of(bytes, x, samples, groups * inputs, size, padding, stride, phases, plane);
  }

  /** Rows are the channels of a group and the elements of the window. */
  private WindowMatrix windows(Planes images, long group) {
    long[] rows = new long[Math.toIntExact(inputs * product(kernel))];
    int row = 0;
    for (long channel = group * inputs; channel < (group + 1) * inputs; channel++) {
      for (long z = 0; z < kernel[0]; z++) {
        for (long y = 0; y < kernel[1]; y++) {
          for (long x = 0; x < kernel[2]; x++) {
            rows[row++] =
                images.address(channel, z * dilation[0], y * dilation[1], x * dilation[2]);
          }
        }
      }
    }
    return new WindowMatrix(bytes, rows, images.samplePitch(), positions, images.pitches());
  }

  private void output(long x, long w, long y) {
    long rows = inputs * product(kernel);
    long plane = product(positions) * bytes;
    try (Planes images = images(x)) {
      for (long group = 0; group < groups; group++) {
        var weight = new Matrix(w + group * outputs * rows * bytes, rows * bytes, bytes);
        long first = y + group * outputs * plane;
        multiply(outputs, rows, weight, windows(images, group), product(positions), first);
      }
    }
  }

  /**
   * Adds a product with windows to planes.
   *
   * @param channels rows of the product
   * @param rows of the windows
   * @param columns of a sample
   * @param y the first of the planes, of all groups for each sample
   */
  private void multiply(
      long channels, long rows, Matrix weight, WindowMatrix windows, long columns, long y) {
    long pitch = groups * channels * columns * bytes;
    long fit = Math.max(COLUMNS, BLOCK_BYTES / Math.max(1, rows * bytes) / PANEL * PANEL);
    if (columns > COLUMNS / 2) {
      long block = Math.min(fit, columns);
      long blocks = Math.ceilDiv(columns, block);
      pieces(
          samples * blocks,
          channels * rows * block,
          i -> {
            long from = i % blocks * block;
            long n = Math.min(block, columns - from);
            long sample = i / blocks;
            WindowMatrix right = windows.from(sample * columns + from);
            long target = y + sample * pitch + from * bytes;
            gemm.add(channels, n, rows, weight, right, target, columns * bytes);
          });
      return;
    }
    // Small planes: the columns of several samples fill the tiles better.
    long block = Math.min(samples, Math.ceilDiv(COLUMNS, columns));
    Loops.Binary plus = BinaryKernels.both(Binary.ADD, dtype, samples * channels * columns);
    pieces(
        Math.ceilDiv(samples, block),
        channels * rows * block * columns,
        i -> {
          long from = i * block;
          long n = Math.min(block, samples - from);
          try (Temp product = Temp.of(channels * n * columns * bytes)) {
            WindowMatrix right = windows.from(from * columns);
            long row = n * columns * bytes;
            gemm.run(channels, n * columns, rows, weight, right, 0, product.address(), row);
            for (long channel = 0; channel < channels; channel++) {
              for (long sample = 0; sample < n; sample++) {
                long target = y + (from + sample) * pitch + channel * columns * bytes;
                long part = product.address() + channel * row + sample * columns * bytes;
                plus.run(target, part, target, columns);
              }
            }
          }
        });
  }

  // ------------------------------------------------------------------ the gradient of the weight

  private void weight(long x, long y, long w) {
    long rows = inputs * product(kernel);
    long columns = product(positions);
    try (Planes images = images(x)) {
      for (long group = 0; group < groups; group++) {
        long first = y + group * outputs * columns * bytes;
        long target = w + group * outputs * rows * bytes;
        WindowMatrix windows = windows(images, group);
        if (outputs < FEW) {
          weightOfFew(windows, rows, columns, first, target);
        } else {
          weight(windows, rows, columns, first, target);
        }
      }
    }
  }

  /** Windows times the transposed gradients: the windows are copied row by row. */
  private void weight(WindowMatrix windows, long rows, long columns, long y, long w) {
    Shape shape = Shape.of(samples, columns, outputs);
    var gradients = Layout.strided(shape, new long[] {groups * outputs * columns, 1, columns}, 0);
    try (Temp right = Temp.of(shape.numel() * bytes);
        Temp product = Temp.of(rows * outputs * bytes)) {
      Copies.gather(gradients, bytes, y, right.address());
      gemm.run(
          rows,
          outputs,
          samples * columns,
          windows,
          new Matrix(right.address(), outputs * bytes, bytes),
          0,
          product.address(),
          outputs * bytes);
      var transposed = Layout.strided(Shape.of(outputs, rows), new long[] {1, outputs}, 0);
      Copies.gather(transposed, bytes, product.address(), w);
    }
  }

  /** Gradients times the transposed windows, sample by sample. */
  private void weightOfFew(WindowMatrix windows, long rows, long columns, long y, long w) {
    try (Temp written = Temp.of(rows * columns * bytes)) {
      var right = new Matrix(written.address(), columns * bytes, bytes).transposed();
      for (long sample = 0; sample < samples; sample++) {
        windows
            .from(sample * columns)
            .pack(0, Math.toIntExact(columns), written.address(), columns * bytes);
        long gradients = y + sample * groups * outputs * columns * bytes;
        var left = new Matrix(gradients, columns * bytes, bytes);
        gemm.add(outputs, rows, columns, left, right, w, rows * bytes);
      }
    }
  }

  // ------------------------------------------------------------------ the gradient of the images

  /**
   * An element of an image meets those elements of the window that leave the same remainder by the
   * stride. So each phase of the images is a product with windows of the gradients, which run
   * backwards; for few channels see {@link #inputByWindows}.
   */
  private void input(long y, long w, long x) {
    boolean few = groups == 1 && inputs < FEW && inputs * SPREAD <= outputs && product(kernel) > 1;
    if (few || !isFinite(w, outputs * groups * inputs * product(kernel))) {
      inputByWindows(y, w, x);
      return;
    }
    long[] first = new long[3];
    long[] lead = new long[3];
    long[] plane = new long[3];
    for (int d = 0; d < 3; d++) {
      first[d] = firstOfPhase(d, stride[d] - 1);
      lead[d] = reach(d) - first[d];
      plane[d] = lastOfPhase(d, 0) - first[d] + 1 + reach(d);
    }
    long[] one = {1, 1, 1};
    try (Planes gradients =
        Planes.of(bytes, y, samples, groups * outputs, positions, lead, one, one, plane)) {
      for (long rz = 0; rz < stride[0]; rz++) {
        for (long ry = 0; ry < stride[1]; ry++) {
          for (long rx = 0; rx < stride[2]; rx++) {
            phase(new long[] {rz, ry, rx}, first, gradients, w, x);
          }
        }
      }
    }
  }

  private boolean isFinite(long values, long count) {
    Fold sum = Fold.Kind.SUM.on(dtype, count);
    return count == 0 || Double.isFinite(sum.sum(values, 0, 0, count, bytes));
  }

  /**
   * A window of every position is computed and added to the image: for an image of few channels,
   * and because the zeros around the gradients are not met, which an infinite weight would turn
   * into NaN. Samples are spread over threads if there are enough, else each product is.
   */
  private void inputByWindows(long y, long w, long x) {
    long rows = inputs * product(kernel);
    long columns = product(positions);
    var patches =
        new Patches(dtype, op.windows(), Shape.of(size), Shape.of(kernel), Shape.of(positions));
    long block = Math.clamp(WINDOWS_BYTES / (rows * bytes), 1, Math.max(1, columns));
    Piece sample =
        i -> {
          var weight = new Matrix(w + i % groups * outputs * rows * bytes, rows * bytes, bytes);
          var gradients = new Matrix(y + i * outputs * columns * bytes, columns * bytes, bytes);
          long image = x + i * inputs * product(size) * bytes;
          try (Temp windows = Temp.of(rows * block * bytes)) {
            long to = windows.address();
            for (long from = 0; from < columns; from += block) {
              long n = Math.min(block, columns - from);
              Matrix right = gradients.from(0, from);
              gemm.run(rows, n, outputs, weight.transposed(), right, 0, to, n * bytes);
              patches.scatter(to, inputs, from, from + n, image);
            }
          }
        };
    if (samples * groups >= Parallel.threads()) {
      pieces(samples * groups, rows * outputs * columns, sample);
    } else {
      for (long i = 0; i < samples * groups; i++) {
        sample.run(i);
      }
    }
  }

  /**
   * Element g of phase r is element g · stride + r − padding of an image; the first that exists.
   */
  private long firstOfPhase(int d, long r) {
    return Math.ceilDiv(padding[d] - r, stride[d]);
  }

  private long lastOfPhase(int d, long r) {
    return Math.floorDiv(size[d] - 1 + padding[d] - r, stride[d]);
  }

  /** The places in a window that phase {@code r} meets. */
  private long[] places(int d, long r) {
    return LongStream.range(0, kernel[d]).filter(k -> k * dilation[d] % stride[d] == r).toArray();
  }

  private void phase(long[] r, long[] origin, Planes gradients, long w, long x) {
    long[][] places = new long[3][];
    long[] begin = new long[3];
    long[] counts = new long[3];
    for (int d = 0; d < 3; d++) {
      places[d] = places(d, r[d]);
      begin[d] = firstOfPhase(d, r[d]);
      counts[d] = lastOfPhase(d, r[d]) - begin[d] + 1;
      if (places[d].length == 0 || counts[d] <= 0) {
        return;
      }
    }
    long rows = outputs * places[0].length * places[1].length * places[2].length;
    long columns = product(counts);
    boolean direct = product(stride) == 1;
    try (Temp turned = Temp.of(inputs * rows * bytes);
        Temp result = direct ? Temp.at(x) : Temp.of(samples * groups * inputs * columns * bytes)) {
      if (!direct) {
        ALL.asSlice(result.address(), samples * groups * inputs * columns * bytes).fill((byte) 0);
      }
      for (long group = 0; group < groups; group++) {
        long[] addresses = addresses(group, places, begin, origin, gradients);
        var windows =
            new WindowMatrix(
                bytes, addresses, gradients.samplePitch(), counts, gradients.pitches());
        turn(w + group * outputs * inputs * product(kernel) * bytes, places, turned.address());
        var weight = new Matrix(turned.address(), rows * bytes, bytes);
        long target = result.address() + group * inputs * columns * bytes;
        multiply(inputs, rows, weight, windows, columns, target);
      }
      if (!direct) {
        spread(result.address(), begin, counts, r, x);
      }
    }
  }

  /** Where the first element of each row is: the window runs backwards from it. */
  private long[] addresses(
      long group, long[][] places, long[] begin, long[] origin, Planes gradients) {
    var addresses = LongStream.builder();
    for (long channel = group * outputs; channel < (group + 1) * outputs; channel++) {
      for (long kz : places[0]) {
        for (long ky : places[1]) {
          for (long kx : places[2]) {
            addresses.add(
                gradients.address(
                    channel,
                    begin[0] - origin[0] + reach(0) - kz * dilation[0] / stride[0],
                    begin[1] - origin[1] + reach(1) - ky * dilation[1] / stride[1],
                    begin[2] - origin[2] + reach(2) - kx * dilation[2] / stride[2]));
          }
        }
      }
    }
    return addresses.build().toArray();
  }

  /**
   * Weights with a row per input channel, and a column per output channel and place; a few rows at
   * a time, so that what is read lies together.
   */
  private void turn(long w, long[][] places, long to) {
    long window = product(kernel);
    long[] offsets = offsets(places);
    long row = outputs * offsets.length;
    Parallel.ranges(
        Math.ceilDiv(inputs, TURNED),
        Math.max(1, (1 << 17) / Math.max(1, TURNED * row)),
        (first, end) -> {
          for (long block = first; block < end; block++) {
            for (long output = 0; output < outputs; output++) {
              for (long i = 0; i < Math.min(TURNED, inputs - block * TURNED); i++) {
                long input = block * TURNED + i;
                long from = w + (output * inputs + input) * window * bytes;
                long target = to + (input * row + output * offsets.length) * bytes;
                if (bytes == 4) {
                  pick(from, offsets, target);
                } else {
                  pickWide(from, offsets, target);
                }
              }
            }
          }
        });
  }

  /** Where the places lie in a window, in elements. */
  private long[] offsets(long[][] places) {
    var offsets = LongStream.builder();
    for (long kz : places[0]) {
      for (long ky : places[1]) {
        for (long kx : places[2]) {
          offsets.add((kz * kernel[1] + ky) * kernel[2] + kx);
        }
      }
    }
    return offsets.build().toArray();
  }

  private static void pick(long from, long[] offsets, long to) {
    for (int i = 0; i < offsets.length; i++) {
      ALL.set(Native.INT, to + 4L * i, ALL.get(Native.INT, from + 4 * offsets[i]));
    }
  }

  private static void pickWide(long from, long[] offsets, long to) {
    for (int i = 0; i < offsets.length; i++) {
      ALL.set(Native.LONG, to + 8L * i, ALL.get(Native.LONG, from + 8 * offsets[i]));
    }
  }

  /** Adds the elements of a phase to those of the images. */
  private void spread(long from, long[] begin, long[] counts, long[] r, long x) {
    Parallel.ranges(
        samples * groups * inputs,
        Math.max(1, (1 << 15) / product(counts)),
        (start, end) -> {
          for (long plane = start; plane < end; plane++) {
            for (long z = 0; z < counts[0]; z++) {
              for (long y = 0; y < counts[1]; y++) {
                long slice = (begin[0] + z) * stride[0] + r[0] - padding[0];
                long line = (begin[1] + y) * stride[1] + r[1] - padding[1];
                long column = begin[2] * stride[2] + r[2] - padding[2];
                long row = (plane * counts[0] + z) * counts[1] + y;
                long target = ((plane * size[0] + slice) * size[1] + line) * size[2] + column;
                Patches.addSpread(
                    dtype,
                    from + row * counts[2] * bytes,
                    x + target * bytes,
                    stride[2] * bytes,
                    counts[2]);
              }
            }
          }
        });
  }

  // --------------------------------------------------------------------------------------- pieces

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
}
