package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Scales the last dimensions of each sample to mean square 1. See {@link Functional#rmsNorm}. The
 * weight starts at 1.
 *
 * <p>Shape: (*, D) → (*, D), weight (D).
 */
public final class RMSNorm extends Module<Tensor, Tensor> {

  public final Optional<Parameter> weight;
  private final Shape normalizedShape;
  private final OptionalDouble eps;

  /** Over the last sizes, with ε the distance from 1 to the next number, and a weight. */
  public RMSNorm(long... normalizedShape) {
    this(normalizedShape, OptionalDouble.empty(), true);
  }

  /**
   * Over the last sizes.
   *
   * @param elementwiseAffine whether there is a weight
   */
  public RMSNorm(long[] normalizedShape, OptionalDouble eps, boolean elementwiseAffine) {
    if (normalizedShape.length == 0) {
      throw new IllegalArgumentException("RMSNorm: normalizedShape is empty: needs a size");
    }
    this.normalizedShape = Shape.of(normalizedShape);
    eps.ifPresent(value -> Args.atLeastZero("RMSNorm", "eps", value));
    this.eps = eps;
    weight =
        elementwiseAffine
            ? Optional.of(Init.parameter(Init::ones, normalizedShape))
            : Optional.empty();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.rmsNorm(x, normalizedShape, weight, eps);
  }

  @Override
  protected String extraRepr() {
    return Sizes.python(Sizes.list(normalizedShape.sizes()))
        + ", eps="
        + (eps.isPresent() ? Args.python(eps.getAsDouble()) : "None")
        + ", elementwise_affine="
        + Args.python(weight.isPresent());
  }
}
