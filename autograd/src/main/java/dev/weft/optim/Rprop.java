package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Steps whose sizes learn from the signs of the gradient alone, for whole batches: each element's
 * size d grows by η⁺ while its gradient keeps its sign and shrinks by η⁻ when it turns, within
 * bounds; where it turned the step is left out; p ← p − sign(g) d.
 *
 * <p>Defaults: first size 0.01, factors (0.5, 1.2), sizes from 1e-6 to 50. Source: Riedmiller,
 * Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993.
 */
public final class Rprop extends Optimizer {

  private static final String BEFORE = "prev";
  private static final String SIZE = "step_size";

  /** With a first step size of 0.01. */
  public Rprop(Collection<?> parameters) {
    this(parameters, 1e-2);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the size of the first step
   */
  public Rprop(Collection<?> parameters, double lr) {
    super("Rprop", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("etas", List.of(0.5, 1.2));
    defaults.put("step_sizes", List.of(1e-6, 50.0));
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets the factors η⁻, below 1, and η⁺, above 1. Returns this. */
  public Rprop etas(double minus, double plus) {
    configure("etas", List.of(minus, plus));
    return this;
  }

  /** Sets the bounds of the step sizes. Returns this. */
  public Rprop stepSizes(double least, double most) {
    configure("step_sizes", List.of(least, most));
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public Rprop maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected Optional<String> conflict(ParameterGroup group) {
    return group.getDouble("step_sizes", 0) <= group.getDouble("step_sizes", 1)
        ? Optional.empty()
        : Optional.of("step_sizes " + group.get("step_sizes") + ": the least is above the most");
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(BEFORE, SIZE);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    Tensor g = decayed(group, p, gradient);
    Tensor before = state.tensor(BEFORE);
    Tensor size = state.tensor(SIZE, group.lr());
    Tensor agreement = g.mul(before).sign();
    Tensor turned = agreement.lt(0);
    Tensor factor =
        turned.where(
            like(g, group.getDouble("etas", 0)),
            agreement.gt(0).where(like(g, group.getDouble("etas", 1)), like(g, 1)));
    size.copyFrom(
        size.mul(factor).clamp(group.getDouble("step_sizes", 0), group.getDouble("step_sizes", 1)));
    before.copyFrom(turned.where(like(g, 0), g));
    p.subInPlace(before.sign().mul(size));
    state.nextStep();
  }

  private static Tensor like(Tensor g, double value) {
    return Tensor.full(Tensor.scalarShape(), value, g.dtype(), g.device());
  }
}
