package dev.weft.nn;

import dev.weft.engine.Tensor;

/** {@link Functional#klDiv} with fixed options. */
public final class KLDivLoss extends Loss {

  private final KLReduction reduction;
  private final boolean logTarget;

  /** Of probabilities, with the mean of the elements. */
  public KLDivLoss() {
    this(KLReduction.MEAN, false);
  }

  public KLDivLoss(KLReduction reduction, boolean logTarget) {
    this.reduction = reduction;
    this.logTarget = logTarget;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.klDiv(inputs.input(), inputs.target(), reduction, logTarget);
  }
}
