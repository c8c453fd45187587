package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x if x &gt; 0, else α (exp(x/α) − 1). See {@link Functional#celu(Tensor, double)}. */
public final class CELU extends Module<Tensor, Tensor> {

  private final double alpha;

  /** With α = 1. */
  public CELU() {
    this(1);
  }

  public CELU(double alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.celu(x, alpha);
  }

  @Override
  protected String extraRepr() {
    return "alpha=" + Args.python(alpha);
  }
}
