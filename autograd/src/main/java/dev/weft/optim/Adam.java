package dev.weft.optim;

import java.util.Collection;

/**
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − η m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ) and
 * v̂ = v / (1 − β₂ᵗ). Weight decay is added to the gradient: g + λp; see {@link AdamW} for the
 * other way.
 *
 * <p>Defaults: learning rate 1e-3, betas (0.9, 0.999), ε 1e-8, no weight decay. Source: Kingma, Ba,
 * "Adam: a method for stochastic optimization", 2015.
 */
public final class Adam extends AdamOptimizer<Adam> {

  /** With a learning rate of 1e-3. */
  public Adam(Collection<?> parameters) {
    this(parameters, 1e-3);
  }

  /**
   * Over {@link dev.weft.nn.Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public Adam(Collection<?> parameters, double lr) {
    super("Adam", false, lr, 0, parameters);
  }

  @Override
  Adam self() {
    return this;
  }
}
