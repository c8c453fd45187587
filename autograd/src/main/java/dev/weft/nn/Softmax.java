package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Exponentials scaled to sum to one along a dimension. */
public final class Softmax extends Module<Tensor, Tensor> {

  private final int dim;

  /** Along {@code dim}; negative counts from the end. */
  public Softmax(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.softmax(dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
