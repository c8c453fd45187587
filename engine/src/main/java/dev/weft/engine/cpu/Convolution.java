package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.Windows;
import java.util.List;

/**
 * The sizes of a convolution, for its three parts: {@link ConvOutput}, {@link ConvInputGrad} and
 * {@link ConvWeightGrad}. Each is made of matrix products; every number is summed in an order that
 * depends on the sizes alone, and on whether the weights are finite.
 *
 * <p>Immutable.
 */
abstract class Convolution {

  /**
   * With fewer channels than this on a side, products that have them for columns waste most of a
   * register.
   */
  static final long FEW = 8;

  /** Multiply-adds per piece of work: about 50 µs. */
  private static final long PIECE = 4_000_000;

  final Windows windows;
  final DType dtype;
  final Gemm gemm;
  final int bytes;

  // Along three dimensions, the last first filled:
  final long[] stride;
  final long[] padding;
  final long[] dilation;
  final long[] kernel;
  final long[] size;
  final long[] positions;

  final long samples;
  final long groups;

  /** Channels per group. */
  final long inputs;

  final long outputs;

  Convolution(ConvOp op, DType dtype, Shape x, Shape w, Shape y) {
    this.windows = op.windows().full();
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

  static long product(long[] sizes) {
    return sizes[0] * sizes[1] * sizes[2];
  }

  /** How far the last element of a window is from the first, in elements of a phase. */
  final long reach(int d) {
    return (kernel[d] - 1) * dilation[d] / stride[d];
  }

  /** The images with their padding. */
  final Planes images(long x) {
    long[] plane = new long[3];
    long[] phases = new long[3];
    for (int d = 0; d < 3; d++) {
      plane[d] = positions[d] + reach(d);
      phases[d] = Math.min(stride[d], (kernel[d] - 1) * dilation[d] + 1);
    }
    return Planes.of(bytes, x, samples, groups * inputs, size, padding, stride, phases, plane);
  }

  /** Rows are the channels of a group and the elements of the window. */
  final WindowMatrix windows(Planes images, long group) {
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
    return new WindowMatrix(bytes, rows, images, positions);
  }

  /** A part of a convolution, one of many that threads share. */
  @FunctionalInterface
  interface Piece {
    void run(long index);
  }

  /**
   * Runs all pieces, some for each thread.
   *
   * @param work multiply-adds of a piece
   */
  static void pieces(long count, long work, Piece piece) {
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
