package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Dropout of whole channels of images. See {@link Functional#dropout2d}. */
public final class Dropout2d extends Module<Tensor, Tensor> {

  private final double p;

  /** With p = 0.5. */
  public Dropout2d() {
    this(0.5);
  }

  public Dropout2d(double p) {
    this.p = Args.probability("Dropout2d", p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.dropout2d(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + Args.python(p);
  }
}
