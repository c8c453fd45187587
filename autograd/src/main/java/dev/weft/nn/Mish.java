package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x · tanh(softplus(x)). */
public final class Mish extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.mish(x);
  }
}
