package dev.weft.optim;

import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.SgdStep;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stochastic gradient descent: d = g + λp; with momentum b ← μb + (1 − τ)d (b = d in the first
 * step) and d = b, or d + μb after Nesterov; p ← p − ηd.
 *
 * <p>Defaults: learning rate 1e-3, no momentum, no weight decay. Source: Sutskever et al., "On the
 * importance of initialization and momentum in deep learning", 2013, in PyTorch's form.
 */
public final class SGD extends Optimizer {

  private static final String BUFFER = "momentum_buffer";

  /** With a learning rate of 1e-3. */
  public SGD(Collection<?> parameters) {
    this(parameters, 1e-3);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η
   */
  public SGD(Collection<?> parameters, double lr) {
    super("SGD", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("momentum", 0.0);
    defaults.put("dampening", 0.0);
    defaults.put("weight_decay", 0.0);
    defaults.put("nesterov", false);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets μ. Returns this. */
  public SGD momentum(double momentum) {
    configure("momentum", momentum);
    return this;
  }

  /** Sets τ, which weakens what momentum takes in. Returns this. */
  public SGD dampening(double dampening) {
    configure("dampening", dampening);
    return this;
  }

  /** Sets λ. Returns this. */
  public SGD weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Looks ahead along the momentum; needs momentum, and no dampening. Returns this. */
  public SGD nesterov(boolean on) {
    configure("nesterov", on);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public SGD maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected Optional<String> conflict(ParameterGroup group) {
    double momentum = group.getDouble("momentum");
    double dampening = group.getDouble("dampening");
    return group.getBoolean("nesterov") && (momentum == 0 || dampening != 0)
        ? Optional.of(
            "nesterov with momentum "
                + momentum
                + " and dampening "
                + dampening
                + ": needs a momentum above 0 and no dampening")
        : Optional.empty();
  }

  @Override
  protected boolean takesComplex() {
    return true;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return group.getDouble("momentum") == 0 ? List.of() : List.of(BUFFER);
  }

  @Override
  protected boolean countsSteps() {
    return false;
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor g, ParameterState state) {
    double momentum = group.getDouble("momentum");
    var op =
        new SgdStep(
            group.lr(),
            momentum,
            group.getDouble("dampening"),
            group.getDouble("weight_decay"),
            group.getBoolean("nesterov"),
            group.getBoolean("maximize"),
            !state.has(BUFFER));
    if (momentum == 0) {
      Dispatch.runAll(op, p, g);
    } else {
      Dispatch.runAll(op, p, g, state.tensor(BUFFER));
    }
  }
}
