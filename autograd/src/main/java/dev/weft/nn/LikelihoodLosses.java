package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** Negative log-likelihoods of numbers under a law. */
final class LikelihoodLosses {

  private LikelihoodLosses() {}

  static Tensor poisson(
      Tensor x, Tensor t, boolean logInput, boolean full, double eps, Reduction reduction) {
    Tensor losses = logInput ? x.exp().sub(t.mul(x)) : x.sub(t.mul(x.add(eps).log()));
    return Reduced.of(full ? losses.add(logFactorial(t)) : losses, reduction);
  }

  /** Stirling's t log t − t + log(2πt) / 2 where t is above 1, else 0. */
  private static Tensor logFactorial(Tensor t) {
    Tensor many = t.gt(1.0);
    Tensor safe = many.where(t, like(t, 1)); // no logarithm of 0
    Tensor stirling = safe.mul(safe.log()).sub(safe).add(safe.mul(2 * Math.PI).log().mul(0.5));
    return many.where(stirling, like(t, 0));
  }

  static Tensor gaussian(
      Tensor x, Tensor t, Tensor given, boolean full, double eps, Reduction reduction) {
    Args.atLeastZero("gaussian_nll_loss", "eps", eps);
    x.spec().requireFloating("gaussian_nll_loss");
    Tensor variance = aligned(x, given);
    if (given.numel() > 0 && !given.device().isMeta() && given.detach().min().item() < 0) {
      throw new IllegalArgumentException(
          "gaussian_nll_loss: variance " + given.detach().min().item() + ": must not be negative");
    }
    // As in PyTorch, the gradient passes the lower bound.
    Tensor fixed = variance.detach();
    Tensor v = variance.add(fixed.clamp(eps, Double.POSITIVE_INFINITY).sub(fixed));
    Tensor losses = v.log().add(x.sub(t).square().div(v)).mul(0.5);
    return Reduced.of(full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
  }

  private static Tensor aligned(Tensor x, Tensor variance) {
    Shape shape = x.shape();
    Shape given = variance.shape();
    if (given.equals(shape) || shape.rank() > 0 && given.equals(shape.with(-1, 1))) {
      return variance;
    }
    if (shape.rank() > 0 && given.equals(shape.slice(0, shape.rank() - 1))) {
      return variance.unsqueeze(-1);
    }
    throw new ShapeException(
        "gaussian_nll_loss: input "
            + shape
            + ", variances "
            + given
            + ": needs the input's shape, or its last size 1 or left out");
  }

  private static Tensor like(Tensor t, double value) {
    return Tensor.full(Shape.SCALAR, value, t.dtype(), t.device());
  }
}
