package dev.weft.nn;

import dev.weft.engine.Tensor;

/** x, limited to low … high. */
public final class Hardtanh extends Module<Tensor, Tensor> {

  private final double low;
  private final double high;

  /** With the bounds −1 and 1. */
  public Hardtanh() {
    this(-1, 1);
  }

  public Hardtanh(double low, double high) {
    this.low = low;
    this.high = high;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.hardtanh(x, low, high);
  }

  @Override
  protected String extraRepr() {
    return "min_val=" + Args.python(low) + ", max_val=" + Args.python(high);
  }
}
