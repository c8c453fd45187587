package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * y_k = x₁ᵀ W_k x₂ + b_k. See {@link Functional#bilinear}.
 *
 * <p>Shape: (*, I) and (*, J) → (*, K); weight (K, I, J), bias (K). Both start uniform in ±1/√I, as
 * in PyTorch.
 */
public final class Bilinear extends Module<Bilinear.Input, Tensor> {

  public final Parameter weight;
  public final Optional<Parameter> bias;

  /** The two factors. */
  public record Input(Tensor x1, Tensor x2) {}

  public Bilinear(long in1Features, long in2Features, long outFeatures) {
    this(in1Features, in2Features, outFeatures, true);
  }

  public Bilinear(long in1Features, long in2Features, long outFeatures, boolean bias) {
    if (in1Features < 1) {
      throw new IllegalArgumentException(
          "Bilinear: in1Features " + in1Features + ": must be at least 1");
    }
    Args.nonNegative("Bilinear", "in2Features", in2Features);
    Args.nonNegative("Bilinear", "outFeatures", outFeatures);
    double bound = 1 / Math.sqrt(in1Features);
    weight =
        Init.parameter(w -> Init.uniform(w, -bound, bound), outFeatures, in1Features, in2Features);
    this.bias =
        bias
            ? Optional.of(Init.parameter(b -> Init.uniform(b, -bound, bound), outFeatures))
            : Optional.empty();
  }

  /** {@link #apply(Object)} of two factors. */
  public Tensor apply(Tensor x1, Tensor x2) {
    return apply(new Input(x1, x2));
  }

  @Override
  protected Tensor forward(Input in) {
    return Functional.bilinear(in.x1, in.x2, weight, bias);
  }

  @Override
  protected String extraRepr() {
    return "in1_features="
        + weight.size(1)
        + ", in2_features="
        + weight.size(2)
        + ", out_features="
        + weight.size(0)
        + ", bias="
        + Args.python(bias.isPresent());
  }
}
