package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Dft;

/** Fourier transforms of rows, computed in float64 whatever the dtype. */
final class FourierKernels {

  /** Beyond it positions in a plan's tables would not fit into an int. */
  private static final long LONGEST = 1 << 28;

  private FourierKernels() {}

  static void run(Dft op, Tensor x, Tensor y) {
    long length = x.size(-2);
    if (length > LONGEST) {
      throw new ShapeException(op + ": " + length + " numbers in a row; at most " + LONGEST);
    }
    int n = (int) length;
    long rows = x.numel() / (2 * length);
    if (rows == 0) {
      return;
    }
    FourierPlan plan = FourierPlan.of(n);
    try (Temp in = Temp.contiguous(x)) {
      Parallel.ranges(
          rows,
          Math.max(1, Elementwise.HEAVY / n),
          (from, to) -> {
            FourierPlan.Room room = plan.new Room();
            for (long row = from; row < to; row++) {
              transform(op, x.dtype(), room, n, in.address(), y.address(), row);
            }
          });
    }
  }

  /** The inverse is the conjugate of the transform of the conjugate. */
  private static void transform(
      Dft op, DType dtype, FourierPlan.Room room, int n, long x, long y, long row) {
    long shift = 2 * row * n * dtype.bytes();
    double sign = op.inverse() ? -1 : 1;
    double[] pairs = Chunk.doubles(dtype, x + shift, 2 * n);
    for (int k = 0; k < n; k++) {
      room.re[k] = pairs[2 * k];
      room.im[k] = sign * pairs[2 * k + 1];
    }
    room.forward();
    for (int k = 0; k < n; k++) {
      pairs[2 * k] = op.scale() * room.re[k];
      pairs[2 * k + 1] = op.scale() * sign * room.im[k];
    }
    Chunk.write(dtype, pairs, 2 * n, y + shift);
  }
}
