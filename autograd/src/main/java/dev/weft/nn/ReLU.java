package dev.weft.nn;

import dev.weft.engine.Tensor;

/** max(x, 0). */
public final class ReLU extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return x.relu();
  }
}
