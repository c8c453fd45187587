package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Adam} with Nesterov's look ahead, and a momentum that grows: with μₜ = β₁ (1 − ½
 * 0.96^(tψ)) and Mₜ = μ₁ … μₜ, m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − η ((1 − μₜ) / (1
 * − Mₜ) g + μₜ₊₁ / (1 − Mₜ₊₁) m) / (√v̂ + ε) with v̂ = v / (1 − β₂ᵗ). Weight decay is added to the
 * gradient, g + λp, or shrinks p by 1 − ηλ first when decoupled.
 *
 * <p>Defaults: learning rate 2e-3, betas (0.9, 0.999), ε 1e-8, ψ 4e-3, no weight decay. Source:
 * Dozat, "Incorporating Nesterov momentum into Adam", 2016.
 */
public final class NAdam extends Optimizer {

  private static final String FIRST = "exp_avg";
  private static final String SECOND = "exp_avg_sq";
  private static final String PRODUCT = "mu_product";

  /** With a learning rate of 2e-3. */
  public NAdam(Collection<?> parameters) {
    this(parameters, 2e-3);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public NAdam(Collection<?> parameters, double lr) {
    super("NAdam", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("betas", List.of(0.9, 0.999));
    defaults.put("eps", 1e-8);
    defaults.put("weight_decay", 0.0);
    defaults.put("momentum_decay", 4e-3);
    defaults.put("decoupled_weight_decay", false);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets how much of the moments is kept from step to step: β₁, β₂. Returns this. */
  public NAdam betas(double beta1, double beta2) {
    configure("betas", List.of(beta1, beta2));
    return this;
  }

  /** Sets ε, which keeps the denominator from 0. Returns this. */
  public NAdam eps(double eps) {
    configure("eps", eps);
    return this;
  }

  /** Sets ψ, which says how fast the momentum grows to β₁. Returns this. */
  public NAdam momentumDecay(double momentumDecay) {
    configure("momentum_decay", momentumDecay);
    return this;
  }

  /** Sets λ. Returns this. */
  public NAdam weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Lets weight decay shrink the parameter, as in {@link AdamW}. Returns this. */
  public NAdam decoupledWeightDecay(boolean on) {
    configure("decoupled_weight_decay", on);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public NAdam maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(FIRST, SECOND);
  }

  @Override
  protected List<String> stateNumbers(ParameterGroup group) {
    return List.of(PRODUCT);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    long t = state.nextStep();
    double beta2 = group.beta(1);
    double mu = momentum(group, t);
    double next = momentum(group, t + 1);
    double product = state.number(PRODUCT, 1) * mu;
    state.setNumber(PRODUCT, product);
    Tensor g = decayed(group, p, gradient);
    Tensor m = average(state.tensor(FIRST), group.beta(0), g);
    Tensor v = average(state.tensor(SECOND), beta2, g.square());
    Tensor root = v.div(1 - Math.pow(beta2, t)).sqrt().add(group.getDouble("eps"));
    Tensor ahead = g.mul((1 - mu) / (1 - product)).add(m.mul(next / (1 - product * next)));
    p.subInPlace(ahead.div(root).mul(group.lr()));
  }

  private static double momentum(ParameterGroup group, long t) {
    return group.beta(0) * (1 - 0.5 * Math.pow(0.96, t * group.getDouble("momentum_decay")));
  }
}
