package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Dropout that keeps mean 0 and variance 1, for {@code SELU}. See {@link Functional#alphaDropout}.
 */
public final class AlphaDropout extends Module<Tensor, Tensor> {

  private final double p;

  /** With p = 0.5. */
  public AlphaDropout() {
    this(0.5);
  }

  public AlphaDropout(double p) {
    this.p = Args.probability("AlphaDropout", p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.alphaDropout(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + Args.python(p);
  }
}
