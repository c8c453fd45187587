package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sign of a momentum, with half of Adam's memory: p ← (1 − ηλ)p − η sign(β₁m + (1 − β₁)g); m ←
 * β₂m + (1 − β₂)g.
 *
 * <p>Defaults: learning rate 1e-4, betas (0.9, 0.99), no weight decay; all steps have the size η,
 * so it should be 3 to 10 times smaller than Adam's, and λ as much larger. Source: Chen et al.,
 * "Symbolic discovery of optimization algorithms", 2023.
 */
public final class Lion extends Optimizer {

  private static final String FIRST = "exp_avg";

  /** With a learning rate of 1e-4. */
  public Lion(Collection<?> parameters) {
    this(parameters, 1e-4);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public Lion(Collection<?> parameters, double lr) {
    super("Lion", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("betas", List.of(0.9, 0.99));
    defaults.put("weight_decay", 0.0);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets how much of m counts in a step, β₁, and is kept to the next, β₂. Returns this. */
  public Lion betas(double beta1, double beta2) {
    configure("betas", List.of(beta1, beta2));
    return this;
  }

  /** Sets λ. Returns this. */
  public Lion weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public Lion maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected boolean countsSteps() {
    return false;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(FIRST);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    double beta1 = group.beta(0);
    Tensor g = directed(group, gradient);
    Tensor m = state.tensor(FIRST);
    Tensor sign = m.mul(beta1).add(g.mul(1 - beta1)).sign();
    shrink(group, p);
    p.subInPlace(sign.mul(group.lr()));
    average(m, group.beta(1), g);
  }
}
