package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x / (1 + |x|). */
public final class Softsign extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.softsign(x);
  }
}
