package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x if x &gt; threshold, else value. */
public final class Threshold extends Module<Tensor, Tensor> {

  private final double threshold;
  private final double value;

  public Threshold(double threshold, double value) {
    this.threshold = threshold;
    this.value = value;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.threshold(x, threshold, value);
  }

  @Override
  protected String extraRepr() {
    return "threshold=" + Args.python(threshold) + ", value=" + Args.python(value);
  }
}
