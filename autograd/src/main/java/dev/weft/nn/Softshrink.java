package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x pulled towards 0 by λ, and 0 if |x| ≤ λ. */
public final class Softshrink extends Module<Tensor, Tensor> {

  private final double lambd;

  /** With λ = ½. */
  public Softshrink() {
    this(0.5);
  }

  public Softshrink(double lambd) {
    this.lambd = lambd;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.softshrink(x, lambd);
  }

  @Override
  protected String extraRepr() {
    return Args.python(lambd);
  }
}
