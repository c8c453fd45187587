package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Dropout of whole channels of sequences. See {@link Functional#dropout1d}. */
public final class Dropout1d extends Module<Tensor, Tensor> {

  private final double p;

  /** With p = 0.5. */
  public Dropout1d() {
    this(0.5);
  }

  public Dropout1d(double p) {
    this.p = Args.probability("Dropout1d", p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.dropout1d(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + Args.python(p);
  }
}
