package dev.weft.nn;

import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/**
 * Normalisation over neighbouring channels of images: {@link Functional#localResponseNorm} of (N,
 * C, H, W), under the name that older models use.
 */
public final class CrossMapLRN2d extends Module<Tensor, Tensor> {

  private final long size;
  private final double alpha;
  private final double beta;
  private final double k;

  /** Over {@code size} channels, with α = 1e-4, β = ¾ and k = 1. */
  public CrossMapLRN2d(long size) {
    this(size, 1e-4, 0.75, 1);
  }

  public CrossMapLRN2d(long size, double alpha, double beta, double k) {
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  @Override
  protected Tensor forward(Tensor x) {
    if (x.rank() != 4) {
      throw new ShapeException("CrossMapLRN2d: " + x.shape() + ": needs (N, C, H, W)");
    }
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
