package dev.weft.nn;

import dev.weft.engine.Tensor;

/** min(max(x, 0), 6). */
public final class ReLU6 extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.relu6(x);
  }
}
