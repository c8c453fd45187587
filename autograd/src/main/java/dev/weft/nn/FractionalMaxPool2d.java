package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;

/**
 * The largest elements of windows at random distances. See {@link Functional#fractionalMaxPool2d}.
 */
public final class FractionalMaxPool2d extends Module<Tensor, Tensor> {

  private final long[] kernelSize;
  private final long[] outputSize;
  private final double[] outputRatio;

  private FractionalMaxPool2d(long[] kernelSize, long[] outputSize, double[] outputRatio) {
    this.kernelSize = kernelSize.clone();
    this.outputSize = outputSize.clone();
    this.outputRatio = outputRatio.clone();
  }

  /** To this size; sizes are one for all dimensions, or one per dimension. */
  public static FractionalMaxPool2d toSize(long[] kernelSize, long... outputSize) {
    return new FractionalMaxPool2d(kernelSize, outputSize, new double[0]);
  }

  /** To these shares of the input's size, between 0 and 1. */
  public static FractionalMaxPool2d toRatio(long[] kernelSize, double... outputRatio) {
    for (double ratio : outputRatio) {
      if (!(ratio > 0 && ratio < 1)) {
        throw new IllegalArgumentException(
            "FractionalMaxPool2d: ratio " + ratio + ": must be between 0 and 1");
      }
    }
    return new FractionalMaxPool2d(kernelSize, new long[0], outputRatio);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return pool(x).output();
  }

  /** The output, and where its elements were: PyTorch's {@code return_indices}. */
  public MaxPooled applyWithIndices(Tensor x) {
    return through(x, this::pool);
  }

  private MaxPooled pool(Tensor x) {
    return Functional.fractionalMaxPool2dWithIndices(x, kernelSize, size(x.shape()));
  }

  private long[] size(Shape shape) {
    if (outputRatio.length == 0) {
      return outputSize;
    }
    long[] size = new long[2];
    for (int i = 0; i < size.length; i++) {
      double ratio = outputRatio[outputRatio.length == 1 ? 0 : i];
      size[i] = (long) (shape.size(shape.rank() - size.length + i) * ratio);
    }
    return size;
  }
}
