package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;

/**
 * How a parameter is computed from others that are learnt in its place; see {@link
 * Parametrizations#register}. From the learnt tensors to the parameter's value.
 */
public abstract class Parametrization extends Module<List<Tensor>, Tensor> {

  protected Parametrization() {}

  /**
   * Where the learnt tensors start, so that {@code forward} gives about {@code value}: that value
   * itself, unless overridden.
   */
  protected List<Tensor> rightInverse(Tensor value) {
    return List.of(value);
  }
}
