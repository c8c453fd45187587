package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * x if x &gt; 0, else w x with a learnt slope: one, or one per channel, in the parameter {@code
 * weight}. See {@link Functional#prelu}.
 *
 * <p>Shape: (*) or (N, C, *), unchanged.
 */
public final class PReLU extends Module<Tensor, Tensor> {

  public final Parameter weight;

  /** One slope that starts at ¼. */
  public PReLU() {
    this(1, 0.25);
  }

  /** One slope per channel, or a single one. */
  public PReLU(long numParameters, double init) {
    if (numParameters < 1) {
      throw new IllegalArgumentException("PReLU: " + numParameters + " slopes: needs at least 1");
    }
    this.weight = Parameter.of(Tensor.full(init, numParameters));
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.prelu(x, weight);
  }

  @Override
  protected String extraRepr() {
    return "num_parameters=" + weight.numel();
  }
}
