package dev.weft.nn;

import dev.weft.engine.Tensor;

/** (Σ xᵖ)^(1/p) of each window. See {@link Functional#lpPool2d}. */
public final class LPPool2d extends Module<Tensor, Tensor> {

  private final double p;
  private final PoolOptions options;

  /** Windows side by side. */
  public LPPool2d(double p, long kernelSize) {
    this(p, PoolOptions.of(kernelSize));
  }

  public LPPool2d(double p, PoolOptions options) {
    this.p = p;
    this.options = options;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.lpPool2d(x, p, options);
  }

  @Override
  protected String extraRepr() {
    return "norm_type=" + Args.python(p) + ", " + Pooling.powerText(options);
  }
}
