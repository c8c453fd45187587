package dev.weft.nn;

import dev.weft.engine.Tensor;

/** a ⊙ sigmoid(b) of the two halves of a dimension. See {@link Functional#glu(Tensor, int)}. */
public final class GLU extends Module<Tensor, Tensor> {

  private final int dim;

  /** With the last dimension. */
  public GLU() {
    this(-1);
  }

  public GLU(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.glu(x, dim);
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim;
  }
}
