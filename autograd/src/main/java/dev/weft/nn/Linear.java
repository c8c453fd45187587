package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * y = x Wᵀ + b over the last dimension.
 *
 * <p>Shape: (*, in) → (*, out); weight (out, in), bias (out). Weight and bias start uniform in
 * ±1/√in, as in PyTorch.
 */
public final class Linear extends Module<Tensor, Tensor> {

  public final Parameter weight;
  public final Optional<Parameter> bias;
  private final long inFeatures;
  private final long outFeatures;

  public Linear(long inFeatures, long outFeatures) {
    this(inFeatures, outFeatures, true);
  }

  public Linear(long inFeatures, long outFeatures, boolean bias) {
    Args.nonNegative("Linear", "inFeatures", inFeatures);
    Args.nonNegative("Linear", "outFeatures", outFeatures);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    // PyTorch calls Kaiming's rule with a = √5, whose bound is √(6 / (1 + 5) / in) = 1/√in.
    double bound = inFeatures == 0 ? 0 : 1 / Math.sqrt(inFeatures);
    weight = Init.parameter(w -> Init.uniform(w, -bound, bound), outFeatures, inFeatures);
    this.bias =
        bias
            ? Optional.of(Init.parameter(b -> Init.uniform(b, -bound, bound), outFeatures))
            : Optional.empty();
  }

  public long inFeatures() {
    return inFeatures;
  }

  public long outFeatures() {
    return outFeatures;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.linear(x, weight, bias);
  }

  @Override
  protected String extraRepr() {
    return "in_features="
        + inFeatures
        + ", out_features="
        + outFeatures
        + ", bias="
        + Args.python(bias.isPresent());
  }
}
