package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides the gradient by the root of the sum of its squares so far: s ← s + g²; p ← p − η / (1 +
 * (t − 1)κ) · g / (√s + ε). Weight decay is added to the gradient: g + λp.
 *
 * <p>Defaults: learning rate 0.01, no decay κ of it, no weight decay, s from 0, ε 1e-10. Source:
 * Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic
 * optimization", 2011.
 */
public final class Adagrad extends Optimizer {

  private static final String SUM = "sum";

  /** With a learning rate of 0.01. */
  public Adagrad(Collection<?> parameters) {
    this(parameters, 1e-2);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public Adagrad(Collection<?> parameters, double lr) {
    super("Adagrad", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("lr_decay", 0.0);
    defaults.put("eps", 1e-10);
    defaults.put("weight_decay", 0.0);
    defaults.put("initial_accumulator_value", 0.0);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets κ, by which the learning rate falls from step to step. Returns this. */
  public Adagrad lrDecay(double lrDecay) {
    configure("lr_decay", lrDecay);
    return this;
  }

  /** Sets ε, which keeps the denominator from 0. Returns this. */
  public Adagrad eps(double eps) {
    configure("eps", eps);
    return this;
  }

  /** Sets λ. Returns this. */
  public Adagrad weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Sets what s starts from. Returns this. */
  public Adagrad initialAccumulatorValue(double value) {
    configure("initial_accumulator_value", value);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public Adagrad maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(SUM);
  }

  /** PyTorch's keeps sums from the start, and misses them in a state dict without. */
  @Override
  protected boolean prepare(ParameterGroup group, ParameterState state) {
    state.tensor(SUM, group.getDouble("initial_accumulator_value"));
    return true;
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    prepare(group, state);
    Tensor g = decayed(group, p, gradient);
    Tensor s = state.tensor(SUM).addInPlace(g.square());
    double lr = group.lr() / (1 + (state.nextStep() - 1) * group.getDouble("lr_decay"));
    p.subInPlace(g.div(s.sqrt().add(group.getDouble("eps"))).mul(lr));
  }
}
