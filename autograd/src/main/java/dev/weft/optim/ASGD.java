package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradient descent that averages where it has been: p ← (1 − λ'ηₜ)p − ηₜg; a ← a + μₜ(p − a), where
 * ηₜ₊₁ = η / (1 + λ'ηt)^α and μₜ₊₁ = 1 / max(1, t − t₀). The average a, named {@code ax} in the
 * state, is what to use in the end. Weight decay is added to the gradient: g + λp.
 *
 * <p>Defaults: learning rate 0.01, λ' 1e-4, α 0.75, t₀ 1e6, no weight decay. Source: Polyak,
 * Juditsky, "Acceleration of stochastic approximation by averaging", 1992, with the rates of
 * Bottou.
 */
public final class ASGD extends Optimizer {

  private static final String AVERAGE = "ax";
  private static final String RATE = "eta";
  private static final String WEIGHT = "mu";

  /** With a learning rate of 0.01. */
  public ASGD(Collection<?> parameters) {
    this(parameters, 1e-2);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public ASGD(Collection<?> parameters, double lr) {
    super("ASGD", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("lambd", 1e-4);
    defaults.put("alpha", 0.75);
    defaults.put("t0", 1e6);
    defaults.put("weight_decay", 0.0);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets λ', which shrinks the parameter and the rate. Returns this. */
  public ASGD lambd(double lambd) {
    configure("lambd", lambd);
    return this;
  }

  /** Sets α, the power with which the rate falls. Returns this. */
  public ASGD alpha(double alpha) {
    configure("alpha", alpha);
    return this;
  }

  /** Sets t₀, the step after which the average begins. Returns this. */
  public ASGD t0(double t0) {
    configure("t0", t0);
    return this;
  }

  /** Sets λ. Returns this. */
  public ASGD weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public ASGD maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(AVERAGE);
  }

  @Override
  protected List<String> stateNumbers(ParameterGroup group) {
    return List.of(RATE, WEIGHT);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    double lambd = group.getDouble("lambd");
    double rate = state.number(RATE, group.lr());
    double weight = state.number(WEIGHT, 1);
    Tensor g = decayed(group, p, gradient);
    p.mulInPlace(1 - lambd * rate).subInPlace(g.mul(rate));
    Tensor average = state.tensor(AVERAGE);
    if (weight == 1) {
      average.copyFrom(p);
    } else {
      average.addInPlace(p.sub(average).mul(weight));
    }
    long t = state.nextStep();
    state.setNumber(
        RATE, group.lr() / Math.pow(1 + lambd * group.lr() * t, group.getDouble("alpha")));
    state.setNumber(WEIGHT, 1 / Math.max(1, t - group.getDouble("t0")));
  }
}
