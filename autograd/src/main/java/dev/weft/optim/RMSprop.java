package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides the gradient by a running root mean square of itself: s ← αs + (1 − α)g²; u = g / (√s +
 * ε); p ← p − ηu. When centered, √(s − m²) takes the place of √s, with the running mean m ← αm + (1
 * − α)g. With momentum, b ← μb + u takes the place of u. Weight decay is added to the gradient: g +
 * λp.
 *
 * <p>Defaults: learning rate 0.01, α 0.99, ε 1e-8, no momentum, not centered, no weight decay.
 * Sources: Tieleman, Hinton, "Lecture 6.5: rmsprop", 2012; centered: Graves, "Generating sequences
 * with recurrent neural networks", 2013.
 */
public final class RMSprop extends Optimizer {

  private static final String SQUARE = "square_avg";
  private static final String BUFFER = "momentum_buffer";
  private static final String MEAN = "grad_avg";

  /** With a learning rate of 0.01. */
  public RMSprop(Collection<?> parameters) {
    this(parameters, 1e-2);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public RMSprop(Collection<?> parameters, double lr) {
    super("RMSprop", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("alpha", 0.99);
    defaults.put("eps", 1e-8);
    defaults.put("weight_decay", 0.0);
    defaults.put("momentum", 0.0);
    defaults.put("centered", false);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets how much of the averages is kept from step to step: α. Returns this. */
  public RMSprop alpha(double alpha) {
    configure("alpha", alpha);
    return this;
  }

  /** Sets ε, which keeps the denominator from 0. Returns this. */
  public RMSprop eps(double eps) {
    configure("eps", eps);
    return this;
  }

  /** Sets λ. Returns this. */
  public RMSprop weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Sets μ. Returns this. */
  public RMSprop momentum(double momentum) {
    configure("momentum", momentum);
    return this;
  }

  /** Divides by the standard deviation in the place of the root mean square. Returns this. */
  public RMSprop centered(boolean on) {
    configure("centered", on);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public RMSprop maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    var names = new ArrayList<String>(List.of(SQUARE));
    if (group.getDouble("momentum") > 0) {
      names.add(BUFFER);
    }
    if (group.getBoolean("centered")) {
      names.add(MEAN);
    }
    return names;
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    double alpha = group.getDouble("alpha");
    double momentum = group.getDouble("momentum");
    Tensor g = decayed(group, p, gradient);
    Tensor s = average(state.tensor(SQUARE), alpha, g.square());
    Tensor spread = s;
    if (group.getBoolean("centered")) {
      spread = s.sub(average(state.tensor(MEAN), alpha, g).square());
    }
    Tensor u = g.div(spread.sqrt().add(group.getDouble("eps")));
    if (momentum > 0) {
      u = state.tensor(BUFFER).mulInPlace(momentum).addInPlace(u);
    }
    p.subInPlace(u.mul(group.lr()));
    state.nextStep();
  }
}
