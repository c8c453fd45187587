package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#poissonNllLoss} with fixed options. */
public final class PoissonNLLLoss extends Loss {

  private final boolean logInput;
  private final boolean full;
  private final double eps;
  private final Reduction reduction;

  /** Of logarithms of rates, without the term of the counts alone, with the mean. */
  public PoissonNLLLoss() {
    this(true, false, 1e-8, Reduction.MEAN);
  }

  public PoissonNLLLoss(boolean logInput, boolean full, double eps, Reduction reduction) {
    this.logInput = logInput;
    this.full = full;
    this.eps = eps;
    this.reduction = reduction;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    return Functional.poissonNllLoss(
        inputs.input(), inputs.target(), logInput, full, eps, reduction);
  }
}
