package dev.weft.nn;

import dev.weft.engine.Tensor;

/** {@link AlphaDropout} of whole channels. See {@link Functional#featureAlphaDropout}. */
public final class FeatureAlphaDropout extends Module<Tensor, Tensor> {

  private final double p;

  /** With p = 0.5. */
  public FeatureAlphaDropout() {
    this(0.5);
  }

  public FeatureAlphaDropout(double p) {
    this.p = Args.probability("FeatureAlphaDropout", p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.featureAlphaDropout(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + Args.python(p);
  }
}
