package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Normalisation over neighbouring channels. See {@link Functional#localResponseNorm}. */
public final class LocalResponseNorm extends Module<Tensor, Tensor> {

  private final long size;
  private final double alpha;
  private final double beta;
  private final double k;

  /** Over {@code size} channels, with α = 1e-4, β = ¾ and k = 1. */
  public LocalResponseNorm(long size) {
    this(size, 1e-4, 0.75, 1);
  }

  public LocalResponseNorm(long size, double alpha, double beta, double k) {
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.localResponseNorm(x, size, alpha, beta, k);
  }

  @Override
  protected String extraRepr() {
    return size
        + ", alpha="
        + Args.python(alpha)
        + ", beta="
        + Args.python(beta)
        + ", k="
        + Args.python(k);
  }
}
