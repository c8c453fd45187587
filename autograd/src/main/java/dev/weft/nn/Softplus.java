package dev.weft.nn;

import dev.weft.engine.Tensor;

/** log(1 + exp(βx)) / β, and x itself where βx &gt; threshold. */
public final class Softplus extends Module<Tensor, Tensor> {

  private final double beta;
  private final double threshold;

  /** With β = 1 and threshold 20. */
  public Softplus() {
    this(1, 20);
  }

  public Softplus(double beta, double threshold) {
    this.beta = beta;
    this.threshold = threshold;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.softplus(x, beta, threshold);
  }

  @Override
  protected String extraRepr() {
    return "beta=" + Args.python(beta) + ", threshold=" + Args.python(threshold);
  }
}
