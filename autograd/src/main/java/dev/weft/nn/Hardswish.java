package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x · hardsigmoid(x). */
public final class Hardswish extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.hardswish(x);
  }
}
