package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x − tanh(x). */
public final class Tanhshrink extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.tanhshrink(x);
  }
}
