package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/**
 * A complex tensor of a file, as pairs of real numbers: what {@code torch.view_as_real} gives.
 * There are no complex dtypes here, but files that have such tensors can be read and written.
 *
 * @param parts float32 for complex64, float64 for complex128; the last dimension has size 2 and
 *     holds the real and the imaginary part side by side
 */
public record ComplexTensor(Tensor parts) {

  public ComplexTensor {
    if (parts.dtype() != DType.FLOAT32 && parts.dtype() != DType.FLOAT64) {
      throw new DTypeException(
          "complex tensor: parts of " + parts.dtype() + ": must be float32 or float64");
    }
    if (parts.rank() == 0 || parts.size(-1) != 2) {
      throw new ShapeException(
          "complex tensor: parts of " + parts.shape() + ": the last dimension must have size 2");
    }
  }
}
