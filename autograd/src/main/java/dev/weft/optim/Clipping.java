package dev.weft.optim;

import dev.weft.engine.Context;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Keeps gradients small, in place, between backward and the optimizer's step. */
public final class Clipping {

  private Clipping() {}

  /** {@link #clipGradNorm(Collection, double, double, boolean)} with the Euclidean norm. */
  public static Tensor clipGradNorm(Collection<? extends Tensor> parameters, double maxNorm) {
    return clipGradNorm(parameters, maxNorm, 2, false);
  }

  /**
   * Scales all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is that of all their
   * elements together. Without any gradient it is 0.
   *
   * <p>A norm that is NaN or infinite goes into the gradients, as in PyTorch: it turns finite ones
   * into NaN or 0. Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent
   * neural networks", 2013.
   *
   * <p>Dtype: the norm of gradients in float16 and bfloat16 is float32. (PyTorch's is in their own
   * dtype, where that of a large model is infinite.)
   *
   * @param normType p of the norm, above 0; may be infinite
   * @param errorIfNonfinite whether such a norm is an error, and the gradients stay as they are
   * @return the norm before, of rank 0
   */
  public static Tensor clipGradNorm(
      Collection<? extends Tensor> parameters,
      double maxNorm,
      double normType,
      boolean errorIfNonfinite) {
    requireLimit("clipGradNorm", "maxNorm", maxNorm);
    try (var scope = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      List<Tensor> gradients = gradients(parameters);
      Tensor norm = totalNorm("clipGradNorm", gradients, normType);
      if (errorIfNonfinite && !Double.isFinite(norm.item())) {
        throw new ArithmeticException(
            String.format(
                Locale.ROOT,
                "clipGradNorm: the norm of %d gradients is %s; find the first with isfinite(), or"
                    + " pass errorIfNonfinite = false",
                gradients.size(),
                norm.item()));
      }
      scale(gradients, maxNorm, norm);
      return scope.keep(norm);
    }
  }

  private static void scale(Tensor gradient, Tensor factor) {
    if (ParameterState.wide(gradient.dtype()) == gradient.dtype()) {
      gradient.mulInPlace(factor.to(gradient.dtype()));
    } else {
      gradient.copyFrom(gradient.to(factor.dtype()).mul(factor));
    }
  }

  /**
   * Scales gradients by min(1, maxNorm / (norm + 1e-6)): the second half of {@link #clipGradNorm},
   * for a norm that is known, such as that of several groups or ranks together.
   *
   * @param norm of rank 0
   */
  public static void clipGradsWithNorm(
      Collection<? extends Tensor> parameters, double maxNorm, Tensor norm) {
    requireLimit("clipGradsWithNorm", "maxNorm", maxNorm);
    if (norm.rank() != 0) {
      throw new ShapeException(
          "clipGradsWithNorm: norm " + norm.shape() + ": must be one number, of rank 0");
    }
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      scale(gradients(parameters), maxNorm, norm);
    }
  }

  private static void scale(List<Tensor> gradients, double maxNorm, Tensor norm) {
    Tensor scale = norm.add(1e-6).rdiv(maxNorm).clamp(Double.NEGATIVE_INFINITY, 1);
    for (Tensor gradient : gradients) {
      scale(gradient, scale.to(gradient.device()));
    }
  }

  private static void requireLimit(String op, String name, double limit) {
    if (!(limit >= 0)) {
      throw new IllegalArgumentException(op + ": " + name + " " + limit + ": must be at least 0");
    }
  }

  /** The norm of all tensors together, of rank 0. */
  public static Tensor getTotalNorm(Collection<? extends Tensor> tensors, double normType) {
    try (var scope = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      return scope.keep(totalNorm("getTotalNorm", new ArrayList<Tensor>(tensors), normType));
    }
  }

  /** The norm of all gradients together, of rank 0; nothing is changed. */
  public static Tensor gradNorm(Collection<? extends Tensor> parameters, double normType) {
    try (var scope = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      return scope.keep(totalNorm("gradNorm", gradients(parameters), normType));
    }
  }

  /** Limits every element of the gradients to ±{@code clipValue}. */
  public static void clipGradValue(Collection<? extends Tensor> parameters, double clipValue) {
    requireLimit("clipGradValue", "clipValue", clipValue);
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      for (Tensor gradient : gradients(parameters)) {
        gradient.copyFrom(gradient.clamp(-clipValue, clipValue));
      }
    }
  }

  private static List<Tensor> gradients(Collection<? extends Tensor> parameters) {
    var gradients = new ArrayList<Tensor>();
    parameters.forEach(parameter -> parameter.grad().ifPresent(gradients::add));
    return gradients;
  }

  private static Tensor totalNorm(String op, List<Tensor> gradients, double p) {
    if (!(p > 0)) {
      throw new IllegalArgumentException(op + ": normType " + p + ": must be above 0");
    }
    if (gradients.isEmpty()) {
      return Tensor.scalar(0);
    }
    var device = gradients.getFirst().device();
    var norms = new ArrayList<Tensor>();
    for (Tensor gradient : gradients) {
      Tensor wide = gradient.to(ParameterState.wide(gradient.dtype()));
      norms.add(norm(wide, p).to(device));
    }
    return norms.size() == 1 ? norms.getFirst() : norm(Tensor.stack(norms, 0), p);
  }

  private static Tensor norm(Tensor x, double p) {
    if (p == Double.POSITIVE_INFINITY) {
      return x.numel() == 0 ? x.sum() : x.abs().max();
    }
    if (p == 1) {
      return x.abs().sum();
    }
    return p == 2 ? x.norm() : x.abs().pow(p).sum().pow(1 / p);
  }
}
