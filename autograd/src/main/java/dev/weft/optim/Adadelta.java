package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Steps in the units of the parameter: s ← ρs + (1 − ρ)g²; u = √(a + ε) / √(s + ε) · g; a ← ρa + (1
 * − ρ)u²; p ← p − ηu. Weight decay is added to the gradient: g + λp.
 *
 * <p>Defaults: learning rate 1, ρ 0.9, ε 1e-6, no weight decay. Source: Zeiler, "Adadelta: an
 * adaptive learning rate method", 2012.
 */
public final class Adadelta extends Optimizer {

  private static final String SQUARE = "square_avg";
  private static final String STEPS = "acc_delta";

  /** With a learning rate of 1. */
  public Adadelta(Collection<?> parameters) {
    this(parameters, 1);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public Adadelta(Collection<?> parameters, double lr) {
    super("Adadelta", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("rho", 0.9);
    defaults.put("eps", 1e-6);
    defaults.put("weight_decay", 0.0);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets how much of the averages is kept from step to step: ρ. Returns this. */
  public Adadelta rho(double rho) {
    configure("rho", rho);
    return this;
  }

  /** Sets ε, which lets the steps begin. Returns this. */
  public Adadelta eps(double eps) {
    configure("eps", eps);
    return this;
  }

  /** Sets λ. Returns this. */
  public Adadelta weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public Adadelta maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(SQUARE, STEPS);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    double rho = group.getDouble("rho");
    double eps = group.getDouble("eps");
    Tensor g = decayed(group, p, gradient);
    Tensor s = average(state.tensor(SQUARE), rho, g.square());
    Tensor a = state.tensor(STEPS);
    Tensor u = a.add(eps).sqrt().div(s.add(eps).sqrt()).mul(g);
    average(a, rho, u.square());
    p.subInPlace(u.mul(group.lr()));
    state.nextStep();
  }
}
