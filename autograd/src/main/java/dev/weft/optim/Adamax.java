package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Adam} with the largest gradient in the place of their root mean square: m ← β₁m + (1 −
 * β₁)g; u ← max(β₂u, |g| + ε); p ← p − η / (1 − β₁ᵗ) · m / u. Weight decay is added to the
 * gradient: g + λp.
 *
 * <p>Defaults: learning rate 2e-3, betas (0.9, 0.999), ε 1e-8, no weight decay. Source: Kingma, Ba,
 * "Adam: a method for stochastic optimization", 2015, section 7.1.
 */
public final class Adamax extends Optimizer {

  private static final String FIRST = "exp_avg";
  private static final String LARGEST = "exp_inf";

  /** With a learning rate of 2e-3. */
  public Adamax(Collection<?> parameters) {
    this(parameters, 2e-3);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public Adamax(Collection<?> parameters, double lr) {
    super("Adamax", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("betas", List.of(0.9, 0.999));
    defaults.put("eps", 1e-8);
    defaults.put("weight_decay", 0.0);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets how much is kept from step to step: β₁, β₂. Returns this. */
  public Adamax betas(double beta1, double beta2) {
    configure("betas", List.of(beta1, beta2));
    return this;
  }

  /** Sets ε, which keeps the denominator from 0. Returns this. */
  public Adamax eps(double eps) {
    configure("eps", eps);
    return this;
  }

  /** Sets λ. Returns this. */
  public Adamax weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public Adamax maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(FIRST, LARGEST);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    double beta1 = group.beta(0);
    Tensor g = decayed(group, p, gradient);
    Tensor m = average(state.tensor(FIRST), beta1, g);
    Tensor u = state.tensor(LARGEST);
    u.copyFrom(u.mul(group.beta(1)).maximum(g.abs().add(group.getDouble("eps"))));
    double lr = group.lr() / (1 - Math.pow(beta1, state.nextStep()));
    p.subInPlace(m.div(u).mul(lr));
  }
}
