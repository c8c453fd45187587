package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x if x &gt; 0, else slope · x. */
public final class LeakyReLU extends Module<Tensor, Tensor> {

  private final double negativeSlope;

  /** With slope 0.01. */
  public LeakyReLU() {
    this(0.01);
  }

  public LeakyReLU(double negativeSlope) {
    this.negativeSlope = negativeSlope;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.leakyRelu(x, negativeSlope);
  }

  @Override
  protected String extraRepr() {
    return "negative_slope=" + Args.python(negativeSlope);
  }
}
