package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x if |x| &gt; λ, else 0. */
public final class Hardshrink extends Module<Tensor, Tensor> {

  private final double lambd;

  /** With λ = ½. */
  public Hardshrink() {
    this(0.5);
  }

  public Hardshrink(double lambd) {
    this.lambd = lambd;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.hardshrink(x, lambd);
  }

  @Override
  protected String extraRepr() {
    return Args.python(lambd);
  }
}
