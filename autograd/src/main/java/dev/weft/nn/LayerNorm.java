package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * Normalises the last dimensions of each sample: (x − μ) / √(σ² + ε) ⊙ w + b, with mean μ and
 * biased variance σ². Weight starts at 1, bias at 0.
 *
 * <p>Shape: (*, D) → (*, D), weight and bias (D). Source: Ba, Kiros, Hinton, "Layer normalization",
 * 2016.
 */
public final class LayerNorm extends Module<Tensor, Tensor> {

  public final Optional<Parameter> weight;
  public final Optional<Parameter> bias;
  private final Shape normalizedShape;
  private final double eps;

  /** Over the last sizes, with ε = 1e-5, weight and bias. */
  public LayerNorm(long... normalizedShape) {
    this(normalizedShape, 1e-5, true, true);
  }

  /**
   * Over the last sizes.
   *
   * @param elementwiseAffine whether there is a weight
   * @param bias whether there is a bias too
   */
  public LayerNorm(long[] normalizedShape, double eps, boolean elementwiseAffine, boolean bias) {
    if (normalizedShape.length == 0) {
      throw new IllegalArgumentException("LayerNorm: normalizedShape is empty: needs a size");
    }
    if (!(eps >= 0)) {
      throw new IllegalArgumentException("LayerNorm: eps " + eps + ": must not be negative");
    }
    this.normalizedShape = Shape.of(normalizedShape);
    this.eps = eps;
    weight =
        elementwiseAffine
            ? Optional.of(Init.parameter(Init::ones, normalizedShape))
            : Optional.empty();
    this.bias =
        elementwiseAffine && bias
            ? Optional.of(Init.parameter(Init::zeros, normalizedShape))
            : Optional.empty();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.layerNorm(x, normalizedShape, weight, bias, eps);
  }

  @Override
  protected String extraRepr() {
    String sizes = normalizedShape.toString();
    return (normalizedShape.rank() == 1 ? sizes.replace(")", ",)") : sizes)
        + ", eps="
        + Args.python(eps)
        + ", elementwise_affine="
        + Args.python(weight.isPresent());
  }
}
