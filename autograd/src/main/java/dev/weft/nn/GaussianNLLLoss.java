package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#gaussianNllLoss} with fixed options. */
public final class GaussianNLLLoss extends Module<GaussianNLLLoss.Inputs, Tensor> {

  /** Means, what should have come, and variances. */
  public record Inputs(Tensor input, Tensor target, Tensor variance) {}

  private final boolean full;
  private final double eps;
  private final Reduction reduction;

  /** Without the constant term, with ε = 1e-6 and the mean. */
  public GaussianNLLLoss() {
    this(false, 1e-6, Reduction.MEAN);
  }

  public GaussianNLLLoss(boolean full, double eps, Reduction reduction) {
    this.full = full;
    this.eps = Args.atLeastZero("GaussianNLLLoss", "eps", eps);
    this.reduction = reduction;
  }

  /** Compares them. */
  public Tensor apply(Tensor input, Tensor target, Tensor variance) {
    return apply(new Inputs(input, target, variance));
  }

  @Override
  protected Tensor forward(Inputs in) {
    return Functional.gaussianNllLoss(in.input(), in.target(), in.variance(), full, eps, reduction);
  }
}
