package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.ConvOp;
import java.util.stream.LongStream;

/**
 * The gradient of the images of a convolution, which is also the transposed convolution: the
 * weights times windows of the gradients.
 */
final class ConvInputGrad extends Convolution {

  /** Windows that are computed at a time, for each thread. */
  private static final long WINDOWS_BYTES = 1 << 23;

  /** Adding an element of a window to an image costs as much as copying so many for a product. */
  private static final long SPREAD = 4;

  /** Rows of turned weights that are written side by side. */
  private static final long TURNED = 16;

  ConvInputGrad(ConvOp op, DType dtype, Shape x, Shape w, Shape y) {
    super(op, dtype, x, w, y);
  }

  /**
   * An element of an image meets those elements of the window that leave the same remainder by the
   * stride. So each phase of the images is a product with windows of the gradients, which run
   * backwards; for few channels see {@link #byWindows}.
   */
  void run(long y, long w, long x, boolean adds) {
    boolean few = groups == 1 && inputs < FEW && inputs * SPREAD <= outputs && product(kernel) > 1;
    if (few || !isFinite(w, outputs * groups * inputs * product(kernel))) {
      if (!adds) {
        zero(x);
      }
      byWindows(y, w, x);
      return;
    }
    if (!adds && !windowsMeetAll()) {
      zero(x);
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
      for (long rz : phases(0)) {
        for (long ry : phases(1)) {
          for (long rx : phases(2)) {
            phase(new long[] {rz, ry, rx}, first, gradients, w, x, adds);
          }
        }
      }
    }
  }

  private boolean windowsMeetAll() {
    return phases(0).length == stride[0]
        && phases(1).length == stride[1]
        && phases(2).length == stride[2];
  }

  private void zero(long x) {
    Parallel.ranges(
        samples * groups * inputs * product(size) * bytes,
        1 << 19,
        (from, to) -> ALL.asSlice(x + from, to - from).fill((byte) 0));
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
  private void byWindows(long y, long w, long x) {
    long rows = inputs * product(kernel);
    long columns = product(positions);
    var patches =
        new Patches(dtype, windows, Shape.of(size), Shape.of(kernel), Shape.of(positions));
    long block = Math.clamp(WINDOWS_BYTES / (rows * bytes), 1, Math.max(1, columns));
    Piece sample =
        i -> {
          var weight = new Matrix(w + i % groups * outputs * rows * bytes, rows * bytes, bytes);
          var gradients = new Matrix(y + i * outputs * columns * bytes, columns * bytes, bytes);
          long image = x + i * inputs * product(size) * bytes;
          try (Temp product = Temp.of(rows * block * bytes)) {
            long to = product.address();
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

  /** The phases that some place in a window meets. */
  private long[] phases(int d) {
    return LongStream.range(0, kernel[d])
        .map(k -> k * dilation[d] % stride[d])
        .distinct()
        .toArray();
  }

  /** The places in a window that phase {@code r} meets. */
  private long[] places(int d, long r) {
    return LongStream.range(0, kernel[d]).filter(k -> k * dilation[d] % stride[d] == r).toArray();
  }

  private void phase(long[] r, long[] origin, Planes gradients, long w, long x, boolean adds) {
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
      for (long group = 0; group < groups; group++) {
        long[] addresses = addresses(group, places, begin, origin, gradients);
        var turnedWindows = new WindowMatrix(bytes, addresses, gradients, counts);
        turn(w + group * outputs * inputs * product(kernel) * bytes, places, turned.address());
        var weight = new Matrix(turned.address(), rows * bytes, bytes);
        long target = result.address() + group * inputs * columns * bytes;
        new WindowProduct(this, inputs, turnedWindows, columns).run(weight, target, adds && direct);
      }
      if (!direct) {
        spread(result.address(), begin, counts, r, x, adds);
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
    boolean all = offsets.length == window; // then they are in order
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
                if (all) {
                  copy(from, window * bytes, target);
                } else if (bytes == 4) {
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

  /** Some numbers of 4 or 8 bytes, too few for a call of the JVM's own routine to pay. */
  private static void copy(long from, long count, long to) {
    long i = 0;
    for (; i < count - 7; i += 8) {
      ALL.set(Native.LONG, to + i, ALL.get(Native.LONG, from + i));
    }
    if (i < count) {
      ALL.set(Native.INT, to + i, ALL.get(Native.INT, from + i));
    }
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

  /** Moves the elements of a phase to where they belong in the images, or adds them. */
  private void spread(long from, long[] begin, long[] counts, long[] r, long x, boolean adds) {
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
                long part = from + row * counts[2] * bytes;
                long to = x + target * bytes;
                if (adds) {
                  Patches.addSpread(dtype, part, to, stride[2] * bytes, counts[2]);
                } else {
                  Copies.moveRow(bytes, part, bytes, to, stride[2] * bytes, counts[2]);
                }
              }
            }
          }
        });
  }
}
