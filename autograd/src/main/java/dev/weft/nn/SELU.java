package dev.weft.nn;

import dev.weft.engine.Tensor;

/** λ elu(x, α) with fixed constants. See {@link Functional#selu(Tensor)}. */
public final class SELU extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.selu(x);
  }
}
