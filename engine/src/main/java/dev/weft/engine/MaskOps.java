package dev.weft.engine;

import java.util.Arrays;

/** Operations of {@link Tensor} with conditions: where they hold, and what is put there. */
public sealed interface MaskOps permits Tensor {

  /**
   * Where the elements are not 0, as rows of coordinates in row-major order. Its shape depends on
   * the elements, so it waits for a device.
   *
   * <p>Shape: (*) → (k, rank) int64.
   */
  default Tensor nonzero() {
    Tensor x = (Tensor) this;
    long[] positions = positions("nonzero", x);
    int rank = x.rank();
    long[] coordinates = new long[Math.multiplyExact(positions.length, rank)];
    for (int i = 0; i < positions.length; i++) {
      long rest = positions[i];
      for (int d = rank - 1; d >= 0; d--) {
        coordinates[i * rank + d] = rest % x.size(d);
        rest /= x.size(d);
      }
    }
    return Tensor.of(coordinates).to(x.device()).reshape(positions.length, rank);
  }

  /** Another name of {@link #nonzero()}. */
  default Tensor argwhere() {
    return nonzero();
  }

  /** The positions, in row-major order, of the elements that are not 0. */
  private static long[] positions(String op, Tensor x) {
    if (x.device().isMeta()) {
      throw new DeviceException(op + ": " + x.spec() + ": the result's shape depends on elements");
    }
    long[] truths = x.ne(0).toLongArray();
    long[] positions = new long[truths.length];
    int count = 0;
    for (int i = 0; i < truths.length; i++) {
      if (truths[i] != 0) {
        positions[count++] = i;
      }
    }
    return Arrays.copyOf(positions, count);
  }

  /** A copy with {@code value} where the mask is true. The two broadcast. */
  default Tensor maskedFill(Tensor mask, double value) {
    Tensor x = (Tensor) this;
    x.dtype().requireHolds("masked_fill", value);
    return maskedFill(mask, Tensor.full(Shape.SCALAR, value, x.dtype(), x.device()));
  }

  /** A copy with {@code value}, a tensor of one element, where the mask is true. */
  default Tensor maskedFill(Tensor mask, Tensor value) {
    Tensor x = (Tensor) this;
    requireMask("masked_fill", mask);
    if (value.rank() != 0) {
      throw new ShapeException("masked_fill: value " + value.shape() + ": must be a scalar");
    }
    if (value.dtype().category().compareTo(x.dtype().category()) > 0) {
      throw new DTypeException(
          "masked_fill: " + x.spec() + ": a value of " + value.dtype() + " does not fit");
    }
    return mask.where(value.to(x.dtype()), x);
  }

  /** The elements where the mask is true, as a row. The two broadcast. Waits for a device. */
  default Tensor maskedSelect(Tensor mask) {
    Tensor x = (Tensor) this;
    requireMask("masked_select", mask);
    Shape shape = Shape.broadcast("masked_select", x.shape(), mask.shape());
    long[] positions = positions("masked_select", mask.expand(shape));
    return x.expand(shape).reshape(-1).indexSelect(0, Tensor.of(positions).to(x.device()));
  }

  /**
   * A copy with the elements of {@code source}, in row-major order, where the mask is true. The
   * tensor and the mask broadcast. Waits for a device.
   */
  default Tensor maskedScatter(Tensor mask, Tensor source) {
    Tensor x = (Tensor) this;
    requireMask("masked_scatter", mask);
    Shape shape = Shape.broadcast("masked_scatter", x.shape(), mask.shape());
    long[] positions = positions("masked_scatter", mask.expand(shape));
    if (source.numel() < positions.length) {
      throw new ShapeException(
          "masked_scatter: source "
              + source.shape()
              + " has fewer than the "
              + positions.length
              + " elements that the mask asks for");
    }
    Tensor flat = x.expand(shape).reshape(-1);
    Tensor values = source.reshape(-1).narrow(0, 0, positions.length);
    return flat.scatter(0, Tensor.of(positions).to(x.device()), values).reshape(shape);
  }

  private static void requireMask(String op, Tensor mask) {
    Operands.given(op, "mask", mask);
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          op + ": mask " + mask.spec() + ": must be bool; compare first, for example x.ne(0)");
    }
  }
}
