package dev.weft.nn;

import dev.weft.engine.Tensor;

/** log(1 / (1 + e⁻ˣ)). */
public final class LogSigmoid extends Module<Tensor, Tensor> {

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.logsigmoid(x);
  }
}
