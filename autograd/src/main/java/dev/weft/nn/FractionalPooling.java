package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.RandomOp.Distribution;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Maxima of windows at random distances that lead to the size wanted. */
final class FractionalPooling {

  private FractionalPooling() {}

  /**
   * Source: Graham, "Fractional max-pooling", 2015.
   *
   * @param samples a number in [0, 1) per sample, channel and dimension, the last dimension first;
   *     drawn from this thread's generator when empty
   */
  static MaxPooled pool(
      int dims, Tensor input, long[] kernelSize, long[] outputSize, Optional<Tensor> samples) {
    String name = "fractional_max_pool" + dims + "d";
    Pooling.requireRank(name, dims, input);
    List<Long> kernel = Sizes.each(name, "kernel size", Sizes.list(kernelSize), dims);
    List<Long> output = Sizes.each(name, "output size", Sizes.list(outputSize), dims);
    Shape planes = input.shape().slice(0, input.rank() - dims);
    Shape sizes = Sizes.spatial(input.shape(), dims);
    for (int d = 0; d < dims; d++) {
      if (kernel.get(d) < 1
          || output.get(d) < 1
          || output.get(d) + kernel.get(d) - 1 > sizes.size(d)) {
        throw new IllegalArgumentException(
            name
                + ": "
                + input.shape()
                + ", kernel "
                + kernel
                + ", output "
                + output
                + ": windows do not fit into dimension "
                + (input.rank() - dims + d));
      }
    }
    Tensor u = samples.orElseGet(() -> draw(input, planes, dims)).reshape(planes.numel(), dims);
    Tensor at = Tensor.zeros(Shape.of(1), DType.INT64, input.device()); // of each window's elements
    for (int d = 0; d < dims; d++) {
      Tensor along =
          elements(u.select(1, dims - 1 - d), sizes.size(d), output.get(d), kernel.get(d));
      long[] form = new long[1 + 2 * dims];
      Arrays.fill(form, 1);
      form[0] = planes.numel();
      form[1 + d] = output.get(d);
      form[1 + dims + d] = kernel.get(d);
      at = at.mul(sizes.size(d)).add(along.reshape(form));
    }
    long results = Sizes.shape(output).numel();
    long window = Sizes.shape(kernel).numel();
    Tensor flat = input.reshape(planes.numel(), sizes.numel());
    Tensor index = at.reshape(planes.numel(), results * window);
    Tensor best = flat.gather(1, index).reshape(planes.numel(), results, window).argmax(2, true);
    Tensor where = index.reshape(planes.numel(), results, window).gather(2, best).squeeze(2);
    Shape shape = planes.concat(Sizes.shape(output));
    return new MaxPooled(flat.gather(1, where).reshape(shape), where.reshape(shape));
  }

  private static Tensor draw(Tensor input, Shape planes, int dims) {
    Context context = Context.current();
    return Tensor.random(
        Distribution.UNIFORM,
        0,
        1,
        input.spec().withShape(planes.concat(Shape.of(dims))),
        context.generator());
  }

  /** Positions along one dimension: (planes, windows, elements of a window). */
  private static Tensor elements(Tensor u, long size, long count, long kernel) {
    double step = count > 1 ? (double) (size - kernel) / (count - 1) : 0;
    Tensor start = u.unsqueeze(1);
    Tensor number = Tensor.arange(count).to(u.device()).to(u.dtype());
    Tensor first = number.add(start).mul(step).floor().sub(start.mul(step).floor()).to(DType.INT64);
    Tensor last = Tensor.arange(count).to(u.device()).eq(count - 1);
    Tensor end = Tensor.full(Shape.SCALAR, size - kernel, DType.INT64, u.device());
    return last.where(end, first).unsqueeze(2).add(Tensor.arange(kernel).to(u.device()));
  }
}
