package dev.weft.fabric.precision;

import dev.weft.engine.DType;
import dev.weft.engine.Nested;

/** Conversions of floating tensors wherever they are; integers and bools stay. */
final class Floats {

  private Floats() {}

  static <T> T to(DType dtype, T value) {
    return Nested.mapTensors(
        value, tensor -> tensor.dtype().isFloating() ? tensor.to(dtype) : tensor);
  }
}
