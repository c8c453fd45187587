package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * In training, zeroes elements with probability p and scales the rest by 1 / (1 − p), with this
 * thread's generator; in evaluation, the identity. Source: Srivastava et al., 2014.
 */
public final class Dropout extends Module<Tensor, Tensor> {

  private final double p;

  /** With p = 0.5. */
  public Dropout() {
    this(0.5);
  }

  public Dropout(double p) {
    this.p = Args.probability("Dropout", p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.dropout(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + Args.python(p);
  }
}
