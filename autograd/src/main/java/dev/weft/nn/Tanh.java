package dev.weft.nn;

import dev.weft.engine.Tensor;

/** The hyperbolic tangent. */
public final class Tanh extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return x.tanh();
  }
}
