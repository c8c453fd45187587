package dev.weft.optim;

import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Parameters that an {@link Optimizer} treats alike, with their options. What a group does not set
 * itself it takes from the optimizer.
 *
 * {@snippet :
 * var optimizer = new AdamW(List.of(
 *     ParameterGroup.of(decayed).weightDecay(0.1),
 *     ParameterGroup.of(others).weightDecay(0).lr(1e-4)), 1e-3);
 * }
 *
 * <p>Options have PyTorch's names: {@code lr}, {@code weight_decay}, {@code betas}… Numbers are
 * doubles, {@code betas} is a list of two. They may be changed between steps, which is how
 * schedules work.
 */
public final class ParameterGroup {

  private final List<Parameter> parameters;
  private final Map<String, Object> options = new LinkedHashMap<>();

  /** Entries that other programs put into a state dict; kept, so that they are written back. */
  private final Map<String, Object> extras = new LinkedHashMap<>();

  private Options known = Options.ANY;

  private ParameterGroup(List<Parameter> parameters) {
    this.parameters = parameters;
  }

  /** A group of these parameters. */
  public static ParameterGroup of(Collection<? extends Parameter> parameters) {
    return new ParameterGroup(List.copyOf(parameters));
  }

  /** Called by the optimizer that takes the group. Checks what was set so far. */
  void join(Options options) {
    if (known != Options.ANY) {
      throw new IllegalArgumentException(
          options.optimizer() + ": a parameter group belongs to one optimizer only");
    }
    this.options.replaceAll(options::checked);
    known = options;
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** The learning rate. */
  public double lr() {
    return getDouble("lr");
  }

  /** Sets the learning rate. Returns this. */
  public ParameterGroup lr(double lr) {
    return set("lr", lr);
  }

  /**
   * As {@link #set}, for what a schedule has computed: the line of a cycle falls below 0 one step
   * past its end.
   */
  void scheduled(String option, Object value) {
    options.put(option, known.scheduled(option, value));
  }

  /** Sets the weight decay. Returns this. */
  public ParameterGroup weightDecay(double weightDecay) {
    return set("weight_decay", weightDecay);
  }

  /** Sets an option by PyTorch's name. Returns this. */
  public ParameterGroup set(String option, Object value) {
    options.put(option, known.checked(option, value));
    return this;
  }

  /** An option by PyTorch's name: the group's own, or else the optimizer's. */
  public Object get(String option) {
    Object own = options.get(option);
    return own != null ? own : known.value(option);
  }

  /** A number by PyTorch's name. */
  public double getDouble(String option) {
    return (double) get(option);
  }

  /** A switch by PyTorch's name. */
  public boolean getBoolean(String option) {
    return (boolean) get(option);
  }

  /** A whole number by PyTorch's name. */
  public long getLong(String option) {
    return (long) get(option);
  }

  /** A number of a list by PyTorch's name. */
  public double getDouble(String option, int index) {
    return (double) ((List<?>) get(option)).get(index);
  }

  /** One of the two betas: 0 for the first moment, 1 for the second. */
  double beta(int index) {
    return getDouble("betas", index);
  }

  /** Sets the momentum, or β₁ where there is none. */
  void momentum(double momentum) {
    if (has("betas")) {
      set("betas", List.of(momentum, beta(1)));
    } else {
      set("momentum", momentum);
    }
  }

  /** Whether the group has a value of its own. */
  boolean sets(String option) {
    return options.containsKey(option);
  }

  /** Whether options of this name exist. */
  boolean has(String option) {
    return known.values().containsKey(option);
  }

  /** All options, the optimizer's included. */
  public Map<String, Object> options() {
    var all = new LinkedHashMap<String, Object>(known.values());
    all.putAll(options);
    return Collections.unmodifiableMap(all);
  }

  /** The learning rate that schedules start from, once there is one. */
  OptionalDouble initialLr() {
    return extras.get("initial_lr") instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  void initialLr(double lr) {
    extras.put("initial_lr", lr);
  }

  Map<String, Object> extras() {
    return extras;
  }

  /** The parameter's positions in the state dict, from {@code first} on. */
  List<Long> positions(long first) {
    var positions = new ArrayList<Long>(parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      positions.add(first + i);
    }
    return positions;
  }
}
