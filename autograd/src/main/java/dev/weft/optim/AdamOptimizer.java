package dev.weft.optim;

import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AdamStep;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link Adam} and {@link AdamW} share: all but the way weight decays.
 *
 * @param <S> the subclass, which the setters return
 */
public abstract sealed class AdamOptimizer<S extends AdamOptimizer<S>> extends Optimizer
    permits Adam, AdamW {

  private static final String FIRST = "exp_avg";
  private static final String SECOND = "exp_avg_sq";
  private static final String LARGEST = "max_exp_avg_sq";

  private final boolean decoupled;

  AdamOptimizer(
      String name, boolean decoupled, double lr, double weightDecay, Collection<?> parameters) {
    super(name, defaults(lr, weightDecay), parameters);
    this.decoupled = decoupled;
  }

  private static Map<String, Object> defaults(double lr, double weightDecay) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("betas", List.of(0.9, 0.999));
    defaults.put("eps", 1e-8);
    defaults.put("weight_decay", weightDecay);
    defaults.put("amsgrad", false);
    defaults.put("maximize", false);
    return defaults;
  }

  abstract S self();

  /** Sets how much of the moments is kept from step to step: β₁, β₂. Returns this. */
  public final S betas(double beta1, double beta2) {
    configure("betas", List.of(beta1, beta2));
    return self();
  }

  /** Sets ε, which keeps the denominator from 0. Returns this. */
  public final S eps(double eps) {
    configure("eps", eps);
    return self();
  }

  /** Sets λ. Returns this. */
  public final S weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return self();
  }

  /** Divides by the largest second moment so far (Reddi et al., 2018). Returns this. */
  public final S amsgrad(boolean on) {
    configure("amsgrad", on);
    return self();
  }

  /** Climbs instead of descending. Returns this. */
  public final S maximize(boolean on) {
    configure("maximize", on);
    return self();
  }

  @Override
  protected final boolean takesComplex() {
    return true;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return group.getBoolean("amsgrad") ? List.of(FIRST, SECOND, LARGEST) : List.of(FIRST, SECOND);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor g, ParameterState state) {
    boolean amsgrad = group.getBoolean("amsgrad");
    var op =
        new AdamStep(
            group.lr(),
            group.beta(0),
            group.beta(1),
            group.getDouble("eps"),
            group.getDouble("weight_decay"),
            decoupled,
            amsgrad,
            group.getBoolean("maximize"),
            state.step() + 1);
    Tensor m = state.tensor(FIRST);
    Tensor v = state.tensor(SECOND);
    if (amsgrad) {
      Dispatch.runAll(op, p, g, m, v, state.tensor(LARGEST));
    } else {
      Dispatch.runAll(op, p, g, m, v);
    }
    state.nextStep();
  }
}
