package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Dropout of whole channels of volumes. See {@link Functional#dropout3d}. */
public final class Dropout3d extends Module<Tensor, Tensor> {

  private final double p;

  /** With p = 0.5. */
  public Dropout3d() {
    this(0.5);
  }

  public Dropout3d(double p) {
    this.p = Args.probability("Dropout3d", p);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.dropout3d(x, p, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "p=" + Args.python(p);
  }
}
