package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x/6 + ½, limited to 0 … 1. */
public final class Hardsigmoid extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.hardsigmoid(x);
  }
}
