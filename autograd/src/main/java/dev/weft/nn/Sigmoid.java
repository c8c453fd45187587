package dev.weft.nn;

import dev.weft.engine.Tensor;

/** 1 / (1 + e⁻ˣ). */
public final class Sigmoid extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return x.sigmoid();
  }
}
