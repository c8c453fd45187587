package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * A leaky ReLU with random slopes in training. See {@link Functional#rrelu(Tensor, double, double,
 * boolean)}.
 */
public final class RReLU extends Module<Tensor, Tensor> {

  private final double lower;
  private final double upper;

  /** With slopes from 1/8 to 1/3. */
  public RReLU() {
    this(1.0 / 8, 1.0 / 3);
  }

  public RReLU(double lower, double upper) {
    this.lower = lower;
    this.upper = upper;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.rrelu(x, lower, upper, isTraining());
  }

  @Override
  protected String extraRepr() {
    return "lower=" + Args.python(lower) + ", upper=" + Args.python(upper);
  }
}
