package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Adam} that trusts the second moment as far as it has seen enough: with ρ∞ = 2 / (1 − β₂) −
 * 1 and ρ = ρ∞ − 2tβ₂ᵗ / (1 − β₂ᵗ), p ← p − η m̂ r √(1 − β₂ᵗ) / (√v + ε) where r = √((ρ − 4)(ρ −
 * 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)), while ρ is above 5; p ← p − η m̂ before. Weight decay is added to
 * the gradient, g + λp, or shrinks p by 1 − ηλ first when decoupled.
 *
 * <p>Defaults: learning rate 1e-3, betas (0.9, 0.999), ε 1e-8, no weight decay. Source: Liu et al.,
 * "On the variance of the adaptive learning rate and beyond", 2020.
 */
public final class RAdam extends Optimizer {

  private static final String FIRST = "exp_avg";
  private static final String SECOND = "exp_avg_sq";

  /** With a learning rate of 1e-3. */
  public RAdam(Collection<?> parameters) {
    this(parameters, 1e-3);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public RAdam(Collection<?> parameters, double lr) {
    super("RAdam", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("betas", List.of(0.9, 0.999));
    defaults.put("eps", 1e-8);
    defaults.put("weight_decay", 0.0);
    defaults.put("decoupled_weight_decay", false);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets how much of the moments is kept from step to step: β₁, β₂. Returns this. */
  public RAdam betas(double beta1, double beta2) {
    configure("betas", List.of(beta1, beta2));
    return this;
  }

  /** Sets ε, which keeps the denominator from 0. Returns this. */
  public RAdam eps(double eps) {
    configure("eps", eps);
    return this;
  }

  /** Sets λ. Returns this. */
  public RAdam weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Lets weight decay shrink the parameter, as in {@link AdamW}. Returns this. */
  public RAdam decoupledWeightDecay(boolean on) {
    configure("decoupled_weight_decay", on);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public RAdam maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(FIRST, SECOND);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    long t = state.nextStep();
    double beta1 = group.beta(0);
    double beta2 = group.beta(1);
    double left2 = Math.pow(beta2, t);
    Tensor g = decayed(group, p, gradient);
    Tensor m = average(state.tensor(FIRST), beta1, g);
    Tensor v = average(state.tensor(SECOND), beta2, g.square());
    Tensor step = m.div(1 - Math.pow(beta1, t));
    double longest = 2 / (1 - beta2) - 1;
    double length = longest - 2 * t * left2 / (1 - left2);
    if (length > 5) {
      double r =
          Math.sqrt(
              (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
      Tensor root = v.sqrt().add(group.getDouble("eps"));
      step = step.div(root).mul(r * Math.sqrt(1 - left2));
    }
    p.subInPlace(step.mul(group.lr()));
  }
}
