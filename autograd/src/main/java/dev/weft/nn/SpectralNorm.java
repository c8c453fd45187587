package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.List;

/** w / σ(w), with σ estimated by power iteration; see {@link Parametrizations#spectralNorm}. */
final class SpectralNorm extends Parametrization {

  /** As in PyTorch: so many iterations make a good start. */
  private static final int FIRST_ITERATIONS = 15;

  /** The left singular vector. */
  @StateName("_u")
  private final Buffer u;

  /** The right singular vector. */
  @StateName("_v")
  private final Buffer v;

  private final int powerIterations;
  private final double eps;
  private final int dim;

  SpectralNorm(Parameter weight, int powerIterations, double eps, int dim) {
    if (powerIterations < 1) {
      throw new IllegalArgumentException(
          "spectral_norm: " + powerIterations + " power iterations: needs at least 1");
    }
    if (weight.rank() < 2) {
      throw new IllegalArgumentException(
          "spectral_norm: a parameter of "
              + weight.shape()
              + " is no matrix; use weightNorm for vectors");
    }
    this.powerIterations = powerIterations;
    this.eps = Args.atLeastZero("spectral_norm", "eps", eps);
    this.dim = weight.shape().dim(dim);
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      Tensor matrix = matrix(weight.detach());
      u = Buffer.of(start(matrix.size(0), matrix));
      v = Buffer.of(start(matrix.size(1), matrix));
      iterate(matrix, FIRST_ITERATIONS);
    }
  }

  private Tensor start(long size, Tensor like) {
    Tensor random =
        Init.normal(
            Tensor.empty(like.shape().slice(0, 1).with(0, size), like.dtype(), like.device()));
    return Functional.normalize(random, 2, 0, eps);
  }

  /** Rows along {@code dim}, everything else in columns. */
  private Tensor matrix(Tensor weight) {
    return weight.movedim(dim, 0).reshape(weight.size(dim), -1);
  }

  private void iterate(Tensor matrix, int times) {
    for (int i = 0; i < times; i++) {
      u.copyFrom(Functional.normalize(matrix.mv(v), 2, 0, eps));
      v.copyFrom(Functional.normalize(matrix.t().mv(u), 2, 0, eps));
    }
  }

  @Override
  protected Tensor forward(List<Tensor> originals) {
    Tensor weight = originals.getFirst();
    Tensor matrix = matrix(weight);
    if (isTraining()) {
      try (var _ = TensorScope.open();
          var _ = Context.current().withGrad(false)) {
        iterate(matrix.detach(), powerIterations);
      }
    }
    // Copies: backward needs the vectors of this call, and the next one overwrites them.
    Tensor sigma = u.copy().dot(matrix.mv(v.copy()));
    return weight.div(sigma);
  }

  @Override
  protected String extraRepr() {
    return "eps=" + Args.python(eps) + ", n_power_iterations=" + powerIterations;
  }
}
