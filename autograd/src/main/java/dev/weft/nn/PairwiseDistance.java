package dev.weft.nn;

import dev.weft.engine.Tensor;

/** ‖x − y + ε‖ₚ over the last dimension. See {@link Functional#pairwiseDistance}. */
public final class PairwiseDistance extends Module<PairwiseDistance.Input, Tensor> {

  private final double p;
  private final double eps;
  private final boolean keepdim;

  /** What is compared. */
  public record Input(Tensor x1, Tensor x2) {}

  /** Euclidean, with ε = 1e-6. */
  public PairwiseDistance() {
    this(2, 1e-6, false);
  }

  public PairwiseDistance(double p, double eps, boolean keepdim) {
    this.p = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  /** {@link #apply(Object)} of two tensors. */
  public Tensor apply(Tensor x1, Tensor x2) {
    return apply(new Input(x1, x2));
  }

  @Override
  protected Tensor forward(Input in) {
    return Functional.pairwiseDistance(in.x1, in.x2, p, eps, keepdim);
  }
}
