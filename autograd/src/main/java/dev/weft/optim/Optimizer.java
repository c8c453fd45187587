package dev.weft.optim;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Scope;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Changes parameters by their gradients. Parameters are held in {@link ParameterGroup groups}; one
 * without a gradient is left as it is, and so is what is remembered about it.
 *
 * <p>The methods that set options, such as {@code betas} or {@code weightDecay}, belong to the
 * construction: they hold for every group that sets none of its own, and end with the first step.
 * Afterwards, change a group.
 *
 * <p>A subclass gives PyTorch's names and defaults of its options to the constructor and computes
 * in {@link #update}. Confined to one thread.
 *
 * <p>Dtype: what is remembered has the parameter's dtype, and float32 for parameters in float16 and
 * bfloat16, which are updated in float32 and rounded once (PyTorch keeps everything in the
 * parameter's dtype, in which Adam's second moment underflows).
 */
public abstract class Optimizer {

  private final Options options;
  private final List<ParameterGroup> groups = new ArrayList<>();
  private final Map<Parameter, ParameterState> states = new IdentityHashMap<>();
  private final List<StepInterceptor> interceptors = new CopyOnWriteArrayList<>();
  private boolean started;

  /**
   * An optimizer of these parameters, or of these groups of them.
   *
   * @param name for messages
   * @param defaults the options by PyTorch's names: doubles, booleans and lists of doubles
   * @param parameters {@link Parameter}s or {@link ParameterGroup}s
   */
  protected Optimizer(String name, Map<String, Object> defaults, Collection<?> parameters) {
    options = Options.of(name, new LinkedHashMap<>());
    options.values().putAll(defaults);
    defaults.forEach(options::put);
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException(
          name
              + ": the list of parameters is empty; does the model have any, and are they in its"
              + " fields?");
    }
    var loose = new ArrayList<Parameter>();
    for (Object item : parameters) {
      switch (item) {
        case Parameter parameter -> loose.add(parameter);
        case ParameterGroup group -> addParamGroup(group);
        case null -> throw new IllegalArgumentException(name + ": a parameter is null");
        default ->
            throw new IllegalArgumentException(
                name
                    + ": "
                    + item.getClass().getName()
                    + " is neither a Parameter nor a ParameterGroup; use Parameter.of(tensor)");
      }
    }
    if (!loose.isEmpty()) {
      if (!groups.isEmpty()) {
        throw new IllegalArgumentException(
            name + ": give either parameters or groups of them, not both");
      }
      addParamGroup(ParameterGroup.of(loose));
    }
  }

  /**
   * Updates one parameter in place, which is float32 or wider, as are the others. Gradients are not
   * recorded here.
   */
  protected abstract void update(
      ParameterGroup group, Parameter parameter, Tensor gradient, ParameterState state);

  /** The tensors that are remembered about a parameter in a group with its options. */
  protected abstract List<String> stateNames(ParameterGroup group, Parameter parameter);

  /** The shape of such a tensor: the parameter's, unless a subclass says otherwise. */
  protected Shape stateShape(String name, Parameter parameter) {
    return parameter.shape();
  }

  /** The numbers that are remembered about each parameter, besides the steps. */
  protected List<String> stateNumbers(ParameterGroup group) {
    return List.of();
  }

  /**
   * Fills what is remembered about a parameter that was not updated yet, and says whether a state
   * dict should hold it.
   */
  protected boolean prepare(ParameterGroup group, ParameterState state) {
    return false;
  }

  /** Whether steps are counted, and saved as {@code step}. */
  protected boolean countsSteps() {
    return true;
  }

  /** Whether a complex parameter is updated as its two parts are; else it is refused. */
  protected boolean takesComplex() {
    return false;
  }

  /** What is wrong with options that contradict each other, if anything. */
  protected Optional<String> conflict(ParameterGroup group) {
    return Optional.empty();
  }

  /** The gradient, turned around where the group maximizes. */
  protected static Tensor directed(ParameterGroup group, Tensor gradient) {
    return group.getBoolean("maximize") ? gradient.neg() : gradient;
  }

  /**
   * The gradient g, turned around where the group maximizes, plus λp for its weight decay; where
   * that is decoupled, p is shrunk instead.
   */
  protected static Tensor decayed(ParameterGroup group, Parameter p, Tensor gradient) {
    Tensor g = directed(group, gradient);
    double decay = group.has("weight_decay") ? group.getDouble("weight_decay") : 0;
    if (group.has("decoupled_weight_decay") && group.getBoolean("decoupled_weight_decay")) {
      shrink(group, p);
      return g;
    }
    return decay == 0 ? g : g.add(p.mul(decay));
  }

  /** p ← (1 − ηλ)p: decoupled weight decay. */
  protected static void shrink(ParameterGroup group, Parameter p) {
    double decay = group.getDouble("weight_decay");
    if (decay != 0) {
      p.mulInPlace(1 - group.lr() * decay);
    }
  }

  /** x ← βx + (1 − β)v, in place. Returns x. */
  protected static Tensor average(Tensor x, double beta, Tensor v) {
    return x.mulInPlace(beta).addInPlace(v.mul(1 - beta));
  }

  /** Sets an option for all groups that set none of their own; before the first step only. */
  protected final void configure(String option, Object value) {
    if (started) {
      throw new IllegalStateException(
          options.optimizer()
              + ": "
              + option
              + " is set after the first step; change a group instead, with groups().get(0).set(\""
              + option
              + "\", …)");
    }
    options.put(option, value);
  }

  // ---------------------------------------------------------------------------------- groups

  /** The groups, in the order in which they were added. */
  public final List<ParameterGroup> groups() {
    return Collections.unmodifiableList(groups);
  }

  /** Adds further parameters, such as layers that are thawed during training. */
  public final void addParamGroup(ParameterGroup group) {
    if (group.parameters().isEmpty()) {
      throw new IllegalArgumentException(options.optimizer() + ": a parameter group is empty");
    }
    Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    groups.forEach(g -> seen.addAll(g.parameters()));
    int position = 0;
    for (Parameter parameter : group.parameters()) {
      if (!seen.add(parameter)) {
        throw new IllegalArgumentException(
            options.optimizer()
                + ": parameter "
                + position
                + " of the group, of shape "
                + parameter.shape()
                + ", is listed twice");
      }
      if (parameter.isComplex() && !takesComplex()) {
        throw new DTypeException(
            options.optimizer()
                + ": parameter "
                + position
                + " of the group, "
                + parameter.spec()
                + ": complex parameters are updated by SGD, Adam and AdamW only");
      }
      position++;
    }
    group.join(options);
    groups.add(group);
  }

  /** All parameters, group by group. */
  public final List<Parameter> parameters() {
    return groups.stream().flatMap(group -> group.parameters().stream()).toList();
  }

  // ---------------------------------------------------------------------------------- steps

  /** Updates every parameter that has a gradient. */
  public final void step() {
    run(Optional.empty());
  }

  /**
   * Calls {@code closure}, which clears the gradients, computes the loss and calls backward; then
   * updates every parameter that has a gradient. Returns the loss.
   */
  public final Tensor step(Supplier<Tensor> closure) {
    return run(Optional.of(closure))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    options.optimizer() + ": an interceptor of step returned no loss"));
  }

  private Optional<Tensor> run(Optional<Supplier<Tensor>> closure) {
    Function<Optional<Supplier<Tensor>>, Optional<Tensor>> step = this::updateAll;
    for (StepInterceptor interceptor : interceptors) {
      Function<Optional<Supplier<Tensor>>, Optional<Tensor>> inner = step;
      step = given -> interceptor.call(given, inner);
    }
    return step.apply(closure);
  }

  private Optional<Tensor> updateAll(Optional<Supplier<Tensor>> closure) {
    for (ParameterGroup group : groups) {
      conflict(group)
          .ifPresent(
              what -> {
                throw new IllegalArgumentException(options.optimizer() + ": " + what);
              });
    }
    started = true;
    return stepAll(closure);
  }

  /** One step of all groups; only for optimizers that look at all parameters together. */
  Optional<Tensor> stepAll(Optional<Supplier<Tensor>> closure) {
    Optional<Tensor> loss = Optional.empty();
    if (closure.isPresent()) {
      try (var _ = Context.current().withGrad(true)) {
        loss = closure.map(Supplier::get);
      }
    }
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      for (ParameterGroup group : groups) {
        for (Parameter parameter : group.parameters()) {
          Optional<Tensor> gradient = parameter.grad();
          if (gradient.isPresent()) {
            updateWide(group, parameter, gradient.get(), state(parameter));
          }
        }
      }
    }
    return loss;
  }

  /**
   * Steps are computed in float32 at least. In float16 a second moment below 6e-8 and an ε of 1e-8
   * are 0, and in bfloat16 a weight forgets steps below 1/256 of it in what is remembered too.
   */
  private void updateWide(
      ParameterGroup group, Parameter parameter, Tensor gradient, ParameterState state) {
    DType wide = ParameterState.wide(parameter.dtype());
    if (wide == parameter.dtype()) {
      update(group, parameter, gradient, state);
      return;
    }
    Parameter copy = Parameter.of(parameter.detach().to(wide), false);
    try {
      update(group, copy, gradient.to(wide), state);
      parameter.copyFrom(copy);
    } finally {
      copy.release();
    }
  }

  private ParameterState state(Parameter parameter) {
    return states.computeIfAbsent(parameter, ParameterState::new);
  }

  /** Clears the gradients of all parameters. */
  public final void zeroGrad() {
    for (ParameterGroup group : groups) {
      for (Parameter parameter : group.parameters()) {
        parameter.grad(Optional.empty());
      }
    }
  }

  /**
   * Puts {@code interceptor} around every step, outside of those that were there before, until the
   * returned scope is closed.
   */
  public final Scope intercept(StepInterceptor interceptor) {
    // A lambda of our own has an identity, so that one interceptor may be put in twice.
    StepInterceptor entry = (closure, step) -> interceptor.call(closure, step);
    interceptors.add(entry);
    return () -> interceptors.removeIf(other -> other == entry);
  }

  // ---------------------------------------------------------------------------------- state

  /**
   * What training needs to go on from here, in PyTorch's layout: {@code state} by the number of the
   * parameter, and {@code param_groups} with options and numbers. Tensors share memory with the
   * optimizer.
   */
  public final LinkedHashMap<String, Object> stateDict() {
    var state = new LinkedHashMap<Long, Object>();
    var packed = new ArrayList<Object>();
    long first = 0;
    for (ParameterGroup group : groups) {
      long position = first;
      for (Parameter parameter : group.parameters()) {
        Map<String, Object> entry = packed(group, parameter);
        if (!entry.isEmpty()) {
          state.put(position, entry);
        }
        position++;
      }
      var options = new LinkedHashMap<String, Object>(group.options());
      options.putAll(group.extras());
      options.put("params", group.positions(first));
      packed.add(options);
      first = position;
    }
    var dict = new LinkedHashMap<String, Object>();
    dict.put("state", state);
    dict.put("param_groups", packed);
    return dict;
  }

  /** What a state dict holds about one parameter; empty if there is nothing to remember. */
  Map<String, Object> packed(ParameterGroup group, Parameter parameter) {
    ParameterState remembered = states.get(parameter);
    if (remembered == null) {
      var fresh = new ParameterState(parameter);
      if (!prepare(group, fresh)) {
        return Map.of();
      }
      remembered = fresh;
    }
    var entry = new LinkedHashMap<String, Object>();
    if (countsSteps()) {
      entry.put("step", scalar(remembered.step(), DType.FLOAT32));
    }
    // Numbers as they are, so that a resumed run goes on with the same bits.
    remembered.numbers().forEach((name, value) -> entry.put(name, scalar(value, DType.FLOAT64)));
    remembered.tensors().forEach((name, tensor) -> entry.put(name, tensor.alias()));
    return entry;
  }

  /** PyTorch counts steps in a float32 tensor. */
  private static Tensor scalar(double value, DType dtype) {
    try (var _ = TensorScope.open()) {
      return Tensor.full(Shape.SCALAR, value, dtype).alias();
    }
  }

  /**
   * Continues from what {@link #stateDict} returned, here or in PyTorch. Options come from the
   * state dict; tensors are copied and take their parameter's device and its dtype, or float32
   * where that is narrower. Everything that does not fit is listed in one exception, and then
   * nothing is changed.
   */
  public final void loadStateDict(Map<String, ?> dict) {
    StateReader reader = StateReader.read(dict, this);
    started = true;
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      states.values().forEach(ParameterState::release);
      states.clear();
      reader.entries().forEach((parameter, entry) -> entry.restore(state(parameter)));
      reader.whole().forEach(this::restore);
    }
    for (int i = 0; i < groups.size(); i++) {
      reader.groups().get(i).restore(groups.get(i));
    }
  }

  /** Whether one entry, under the first parameter, holds what is remembered about all of them. */
  boolean remembersTogether() {
    return false;
  }

  /** Says what is wrong with such an entry, before anything is changed. */
  void check(Map<String, Object> entry, List<String> problems) {}

  /** Takes such an entry back. */
  void restore(Map<String, Object> entry) {}

  final Options options() {
    return options;
  }

  /** The options of every group, as PyTorch prints them. */
  @Override
  public String toString() {
    var text = new StringBuilder(options.optimizer()).append(" (\n");
    for (int i = 0; i < groups.size(); i++) {
      text.append("Parameter Group ").append(i).append('\n');
      groups.get(i).options().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              option ->
                  text.append("    ")
                      .append(option.getKey())
                      .append(": ")
                      .append(option.getValue())
                      .append('\n'));
    }
    return text.append(')').toString();
  }
}
