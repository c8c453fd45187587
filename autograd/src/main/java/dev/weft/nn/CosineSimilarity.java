package dev.weft.nn;

import dev.weft.engine.Tensor;

/** The cosine of the angle between two tensors. See {@link Functional#cosineSimilarity}. */
public final class CosineSimilarity extends Module<CosineSimilarity.Input, Tensor> {

  private final int dim;
  private final double eps;

  /** What is compared. */
  public record Input(Tensor x1, Tensor x2) {}

  /** Along dimension 1, with ε = 1e-8. */
  public CosineSimilarity() {
    this(1, 1e-8);
  }

  public CosineSimilarity(int dim, double eps) {
    this.dim = dim;
    this.eps = eps;
  }

  /** {@link #apply(Object)} of two tensors. */
  public Tensor apply(Tensor x1, Tensor x2) {
    return apply(new Input(x1, x2));
  }

  @Override
  protected Tensor forward(Input in) {
    return Functional.cosineSimilarity(in.x1, in.x2, dim, eps);
  }
}
