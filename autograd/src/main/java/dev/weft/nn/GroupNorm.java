package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * Normalises groups of channels of each sample. See {@link Functional#groupNorm}. Weight starts at
 * 1, bias at 0.
 *
 * <p>Shape: (N, C, *) → (N, C, *), weight and bias (C).
 */
public final class GroupNorm extends Module<Tensor, Tensor> {

  public final Optional<Parameter> weight;
  public final Optional<Parameter> bias;
  private final long numGroups;
  private final long numChannels;
  private final double eps;

  /** With ε = 1e-5, weight and bias. */
  public GroupNorm(long numGroups, long numChannels) {
    this(numGroups, numChannels, 1e-5, true);
  }

  /**
   * @param affine whether there are a weight and a bias
   */
  public GroupNorm(long numGroups, long numChannels, double eps, boolean affine) {
    if (numGroups < 1 || numChannels % numGroups != 0) {
      throw new IllegalArgumentException(
          "GroupNorm: " + numChannels + " channels cannot be cut into " + numGroups + " groups");
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = Args.atLeastZero("GroupNorm", "eps", eps);
    weight = affine ? Optional.of(Init.parameter(Init::ones, numChannels)) : Optional.empty();
    bias = affine ? Optional.of(Init.parameter(Init::zeros, numChannels)) : Optional.empty();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.groupNorm(x, numGroups, weight, bias, eps);
  }

  @Override
  protected String extraRepr() {
    return numGroups
        + ", "
        + numChannels
        + ", eps="
        + Args.python(eps)
        + ", affine="
        + Args.python(weight.isPresent());
  }
}
