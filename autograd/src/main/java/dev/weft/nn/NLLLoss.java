package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;

/** {@link Functional#nllLoss} with fixed options; the weight moves and is saved with the module. */
public final class NLLLoss extends Loss {

  private final Optional<Buffer> weight;
  private final LossOptions options;

  /** With the defaults. */
  public NLLLoss() {
    this(LossOptions.DEFAULT);
  }

  public NLLLoss(LossOptions options) {
    this.weight = options.weight().map(Buffer::of);
    this.options = options;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    LossOptions current = weight.isPresent() ? options.weight(weight.get()) : options;
    return Functional.nllLoss(inputs.input(), inputs.target(), current);
  }
}
