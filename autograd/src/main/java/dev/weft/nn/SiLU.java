package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x · sigmoid(x). Source: Elfwing, Uchibe, Doya, 2017. */
public final class SiLU extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return x.silu();
  }
}
