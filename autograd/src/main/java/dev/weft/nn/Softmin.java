package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Exponentials of −x, scaled to sum to one along a dimension. */
public final class Softmin extends Module<Tensor, Tensor> {

  private final int dim;

  public Softmin(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.softmin(x, dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
