package dev.weft.optim;

import java.util.Collection;

/**
 * {@link Adam} with decoupled weight decay: p ← (1 − ηλ)p first, and then Adam's step with the bare
 * gradient.
 *
 * <p>Defaults: learning rate 1e-3, betas (0.9, 0.999), ε 1e-8, weight decay 0.01. Source:
 * Loshchilov, Hutter, "Decoupled weight decay regularization", 2019.
 */
public final class AdamW extends AdamOptimizer<AdamW> {

  /** With a learning rate of 1e-3. */
  public AdamW(Collection<?> parameters) {
    this(parameters, 1e-3);
  }

  /**
   * Over {@link dev.weft.nn.Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public AdamW(Collection<?> parameters, double lr) {
    super("AdamW", true, lr, 0.01, parameters);
  }

  @Override
  AdamW self() {
    return this;
  }
}
