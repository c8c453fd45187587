package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x if x &gt; 0, else α (eˣ − 1). See {@link Functional#elu(Tensor, double)}. */
public final class ELU extends Module<Tensor, Tensor> {

  private final double alpha;

  /** With α = 1. */
  public ELU() {
    this(1);
  }

  public ELU(double alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.elu(x, alpha);
  }

  @Override
  protected String extraRepr() {
    return "alpha=" + Args.python(alpha);
  }
}
