package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * {@link Functional#crossEntropy} with fixed options; the weight moves and is saved with the
 * module.
 */
public final class CrossEntropyLoss extends Loss {

  private final Optional<Buffer> weight;
  private final LossOptions options;

  /** With the defaults. */
  public CrossEntropyLoss() {
    this(LossOptions.DEFAULT);
  }

  public CrossEntropyLoss(LossOptions options) {
    this.weight = options.weight().map(Buffer::of);
    this.options = options;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    LossOptions current = weight.isPresent() ? options.weight(weight.get()) : options;
    return Functional.crossEntropy(inputs.input(), inputs.target(), current);
  }
}
