package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;

/**
 * The largest elements of windows at random distances. See {@link Functional#fractionalMaxPool3d}.
 */
public final class FractionalMaxPool3d extends Module<Tensor, Tensor> {

  private final long[] kernelSize;
  private final long[] outputSize;
  private final double[] outputRatio;

  private FractionalMaxPool3d(long[] kernelSize, long[] outputSize, double[] outputRatio) {
    this.kernelSize = kernelSize.clone();
    this.outputSize = outputSize.clone();
    this.outputRatio = outputRatio.clone();
  }

  /** To this size; sizes are one for all dimensions, or one per dimension. */
  public static FractionalMaxPool3d toSize(long[] kernelSize, long... outputSize) {
    return new FractionalMaxPool3d(kernelSize, outputSize, new double[0]);
  }

  /** To these shares of the input's size, between 0 and 1. */
  public static FractionalMaxPool3d toRatio(long[] kernelSize, double... outputRatio) {
    for (double ratio : outputRatio) {
      if (!(ratio > 0 && ratio < 1)) {
        throw new IllegalArgumentException(
            "FractionalMaxPool3d: ratio " + ratio + ": must be between 0 and 1");
      }
    }
    return new FractionalMaxPool3d(kernelSize, new long[0], outputRatio);
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
    return Functional.fractionalMaxPool3dWithIndices(x, kernelSize, size(x.shape()));
  }

  private long[] size(Shape shape) {
    if (outputRatio.length == 0) {
      return outputSize;
    }
    long[] size = new long[3];
    for (int i = 0; i < size.length; i++) {
      double ratio = outputRatio[outputRatio.length == 1 ? 0 : i];
      size[i] = (long) (shape.size(shape.rank() - size.length + i) * ratio);
    }
    return size;
  }
}
