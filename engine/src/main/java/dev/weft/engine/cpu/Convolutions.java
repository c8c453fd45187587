package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.ConvOp.Part;
import java.lang.foreign.MemorySegment;

/** Convolution and its gradients: their memory, their dtypes, and the bias. */
final class Convolutions {

  private Convolutions() {}

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
        run(op, dtype, x, w, y, a.address(), b.address(), bias.address(), result.address());
      }
      return;
    }
    try (Products.Wide a = Products.Wide.of(in[0]);
        Products.Wide b = Products.Wide.of(in[1]);
        Products.Wide bias = Products.Wide.of(op.bias() ? in[2] : in[1]);
        Temp sums = Temp.of(4 * result.numel())) {
      long start = op.bias() ? bias.address() : 0;
      run(op, DType.FLOAT32, x, w, y, a.address(), b.address(), start, sums.address());
      Copies.cast(DType.FLOAT32, sums.address(), dtype, result.address(), result.numel());
    }
  }

  private static void run(
      ConvOp op, DType dtype, Shape x, Shape w, Shape y, long a, long b, long bias, long result) {
    boolean adds = bias != 0;
    if (adds) {
      repeat(bias, op.part() == Part.INPUT ? x : y, dtype.bytes(), result);
    }
    switch (op.part()) {
      case OUTPUT -> new ConvOutput(op, dtype, x, w, y).run(a, b, result, adds);
      case INPUT -> new ConvInputGrad(op, dtype, x, w, y).run(a, b, result, adds);
      case WEIGHT -> new ConvWeightGrad(op, dtype, x, w, y).run(a, b, result);
    }
  }

  /** What products are added to: the bias of each channel. */
  private static void repeat(long bias, Shape shape, int bytes, long to) {
    long channels = shape.size(1);
    long plane = shape.slice(2, shape.rank()).numel();
    Parallel.ranges(
        shape.size(0) * channels,
        Math.max(1, (1 << 17) / plane),
        (from, end) -> {
          for (long i = from; i < end; i++) {
            fill(to + i * plane * bytes, plane, bias + i % channels * bytes, bytes);
          }
        });
  }

  /** Repeats the element at {@code from}, in copies of doubling length. */
  private static void fill(long to, long count, long from, int bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
    for (long done = 1; done < count; done *= 2) {
      long more = Math.min(done, count - done);
      MemorySegment.copy(ALL, to, ALL, to + done * bytes, more * bytes);
    }
  }
}
