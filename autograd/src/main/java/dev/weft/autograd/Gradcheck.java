package dev.weft.autograd;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Compares gradients with central finite differences: (f(x + h) − f(x − h)) / 2h, in float64.
 *
 * <p>The function must be deterministic and smooth around the inputs.
 */
public final class Gradcheck {

  /** Balances rounding, about 1e-16 / h, against the h² of the central difference. */
  private static final double STEP = 1e-5;

  private Gradcheck() {}

  /**
   * The worst error over all inputs, |analytic − numeric| / (1 + |numeric|), of the gradient of Σ w
   * ⊙ f(inputs) with fixed, uneven weights w.
   *
   * @param function from the inputs to one tensor
   * @param inputs float64 and complex128 leaves are checked, of these both parts of each element;
   *     others are passed through
   */
  public static double worstError(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    List<Tensor> leaves = leaves(inputs);
    Tensor output = weighted(function.apply(leaves));
    List<Tensor> checked = leaves.stream().filter(Tensor::requiresGrad).toList();
    // A result that was not recorded has gradient 0, which only a constant function may have.
    List<Optional<Tensor>> analytic =
        output.requiresGrad()
            ? Autograd.gradOrEmpty(output, checked, Optional.empty(), false, false)
            : checked.stream().map(_ -> Optional.<Tensor>empty()).toList();
    double worst = 0;
    for (int i = 0; i < checked.size(); i++) {
      worst = Math.max(worst, worst(function, leaves, checked.get(i), analytic.get(i)));
    }
    return worst;
  }

  /** The same for the gradient itself: checks gradients of gradients. */
  public static double worstSecondError(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    return worstError(in -> gradients(function, in), inputs);
  }

  /** All gradients of the weighted output as one row, with their graph. */
  private static Tensor gradients(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    try (Scope _ = Autograd.enableGrad()) {
      List<Tensor> wanted = inputs.stream().filter(Tensor::requiresGrad).toList();
      Tensor output = weighted(function.apply(inputs));
      var rows = new ArrayList<Tensor>();
      if (output.requiresGrad()) {
        for (var gradient : Autograd.gradOrEmpty(output, wanted, Optional.empty(), true, true)) {
          gradient.ifPresent(g -> rows.add(g.reshape(-1)));
        }
      }
      return rows.isEmpty() ? Tensor.zeros(1).to(DType.FLOAT64) : Tensor.cat(rows, 0);
    }
  }

  private static List<Tensor> leaves(List<Tensor> inputs) {
    var leaves = new ArrayList<Tensor>();
    for (Tensor input : inputs) {
      if (input.dtype().isInexact() && input.dtype().toReal() != DType.FLOAT64) {
        throw new DTypeException(
            "gradcheck: "
                + input.spec()
                + ": needs float64 or complex128, finite differences drown in less");
      }
      Tensor leaf = input.detach().copy();
      leaves.add(input.dtype().isInexact() ? leaf.requiresGrad(true) : leaf);
    }
    return leaves;
  }

  /** Σ w ⊙ y with w = 1, 1.25, 1.5, … repeating, so that no error cancels in a sum. */
  private static Tensor weighted(Tensor y) {
    Tensor values = parts(y);
    double[] weights = new double[Math.toIntExact(values.numel())];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 1 + 0.25 * (i % 7);
    }
    return values.reshape(-1).mul(Tensor.of(weights)).sum();
  }

  /** The gradient of a part is that part of the gradient. */
  private static Tensor parts(Tensor x) {
    return x.isComplex() ? x.viewAsReal() : x;
  }

  private static double worst(
      Function<List<Tensor>, Tensor> function,
      List<Tensor> leaves,
      Tensor input,
      Optional<Tensor> analytic) {
    double worst = 0;
    double[] expected = analytic.map(g -> parts(g).toDoubleArray()).orElse(new double[0]);
    Tensor flat = parts(input.detach()).reshape(-1);
    for (int i = 0; i < flat.numel(); i++) {
      double x = flat.getDouble(i);
      double above = shifted(function, leaves, flat, i, x + STEP);
      double below = shifted(function, leaves, flat, i, x - STEP);
      shifted(function, leaves, flat, i, x);
      double numeric = (above - below) / (2 * STEP);
      double error = Math.abs((expected.length == 0 ? 0 : expected[i]) - numeric);
      worst = error >= 0 ? Math.max(worst, error / (1 + Math.abs(numeric))) : Double.NaN;
    }
    return worst;
  }

  private static double shifted(
      Function<List<Tensor>, Tensor> function,
      List<Tensor> leaves,
      Tensor flat,
      int index,
      double value) {
    try (Scope _ = Autograd.noGrad()) {
      flat.select(0, index).fillInPlace(value);
      return weighted(function.apply(leaves)).item();
    }
  }
}
