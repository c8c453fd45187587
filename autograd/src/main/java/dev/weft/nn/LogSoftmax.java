package dev.weft.nn;

import dev.weft.engine.Tensor;

/** The logarithm of the softmax along a dimension. */
public final class LogSoftmax extends Module<Tensor, Tensor> {

  private final int dim;

  /** Along {@code dim}; negative counts from the end. */
  public LogSoftmax(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.logSoftmax(dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
