package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Device;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A layer, or a model made of layers: parameters, buffers and other modules in fields, and a {@link
 * #forward} that computes with them.
 *
 * {@snippet :
 * class Classifier extends Module<Tensor, Tensor> {
 *   final Linear hidden = new Linear(64, 128);
 *   final Linear out = new Linear(128, 10);
 *
 *   @Override
 *   protected Tensor forward(Tensor x) {
 *     return out.apply(hidden.apply(x).relu());
 *   }
 * }
 * }
 *
 * <p><b>Fields.</b> A {@link Parameter}, {@link Buffer} or module in a field is registered under
 * the field's name, superclasses first and then in declaration order, private ones too. The field
 * may also hold an {@code Optional}, a {@code List}, an array or a {@code Map} with text keys of
 * them; their names get the index or key behind a dot. Fields marked {@code transient} are left
 * out: use it for a reference back to a parent. Names are PyTorch's, so that state dicts move both
 * ways. A class in a named module must open its package to {@code dev.weft.autograd}.
 *
 * <p><b>Memory.</b> A call is a scope: what {@code forward} makes is released when it returns,
 * except its result, what backward needs, and what was kept with {@link Tensor#keep} or put into a
 * parameter or buffer. The result may be a tensor, or a record, list, map, array or optional of
 * them.
 *
 * <p>Confined to one thread at a time while it is changed; calls of {@code apply} in evaluation
 * mode may run on several threads.
 *
 * <p>In a script, write {@code import dev.weft.nn.Module;}, because {@code java.lang.Module} exists
 * too.
 *
 * @param <I> what goes in: a tensor, or a record, list or map of tensors
 * @param <O> what comes out
 */
public abstract class Module<I, O> implements Cloneable {

  private boolean training = true;
  private Hooks<ForwardPreHook<I>> preHooks = new Hooks<>();
  private Hooks<ForwardHook<I, O>> hooks = new Hooks<>();
  private Hooks<ForwardInterceptor> interceptors = new Hooks<>();
  private Hooks<FullBackwardPreHook<I, O>> backwardPreHooks = new Hooks<>();
  private Hooks<FullBackwardHook<I, O>> backwardHooks = new Hooks<>();
  private Optional<ModuleDict<ParametrizationList>> parametrizations = Optional.empty();

  /** Computes the output. Called by {@link #apply}; call that instead, which runs the hooks. */
  protected abstract O forward(I input);

  /** Runs pre-hooks, interceptors around {@link #forward}, and hooks, as one memory scope. */
  public final O apply(I input) {
    try (var scope = TensorScope.open()) {
      return kept(scope, input, call(input));
    }
  }

  private O call(I input) {
    computeParametrized();
    if (preHooks.isEmpty()
        && interceptors.isEmpty()
        && hooks.isEmpty()
        && backwardPreHooks.isEmpty()
        && backwardHooks.isEmpty()) {
      return forward(input);
    }
    I given = input;
    for (ForwardPreHook<I> hook : preHooks.all()) {
      given = result("a forward pre-hook", hook.call(this, given));
    }
    var watch = new BackwardWatch<>(this, backwardPreHooks.all(), backwardHooks.all());
    I in = watch.input(given);
    O output = intercepted(in, this::forward);
    for (ForwardHook<I, O> hook : hooks.all()) {
      output = result("a forward hook", hook.call(this, in, output));
    }
    return watch.output(output);
  }

  /**
   * Runs {@code body} in the place of {@link #forward}: as a memory scope and inside the
   * interceptors, but without hooks. For other entries into a model, such as {@code generate}.
   */
  public final <A, R> R through(A input, Function<? super A, ? extends R> body) {
    try (var scope = TensorScope.open()) {
      computeParametrized();
      return kept(scope, input, this.<A, R>intercepted(input, body));
    }
  }

  private <A, R> R intercepted(A input, Function<? super A, ? extends R> body) {
    List<ForwardInterceptor> around = interceptors.all();
    return around.isEmpty()
        ? body.apply(input)
        : Module.<A, R>intercepted(around, around.size() - 1, input, body);
  }

  /** The one registered last stands outermost. The casts hold if interceptors keep the types. */
  @SuppressWarnings("unchecked")
  private static <A, R> R intercepted(
      List<ForwardInterceptor> around, int last, A input, Function<? super A, ? extends R> body) {
    if (last < 0) {
      return body.apply(input);
    }
    Function<Object, Object> inner =
        given -> Module.<A, R>intercepted(around, last - 1, (A) given, body);
    return (R) around.get(last).call(input, inner);
  }

  private <T> T kept(TensorScope scope, Object input, T output) {
    result("forward", output);
    if (output != input) {
      requireStructure(output);
    }
    return scope.keepAll(output);
  }

  private <T> T result(String maker, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException(
          typeName() + ": " + maker + " returned null; return a tensor or a value");
    }
    return value;
  }

  /** Tensors inside other objects could not be found, and would be released: say so at once. */
  private void requireStructure(Object output) {
    boolean known =
        output instanceof Tensor
            || output instanceof Collection
            || output instanceof Map
            || output instanceof Record
            || output instanceof Enum
            || output.getClass().isArray()
            || output.getClass().getModule() == Object.class.getModule();
    if (!known) {
      throw new IllegalStateException(
          typeName()
              + ": forward returned a "
              + output.getClass().getName()
              + ", in which tensors cannot be found; return a tensor, or a record, list, map or"
              + " array of tensors");
    }
  }

  // ---------------------------------------------------------------------------------- hooks

  /** Calls {@code hook} before each forward, until the returned scope is closed. */
  public final Scope registerForwardPreHook(ForwardPreHook<I> hook) {
    return preHooks.add(hook);
  }

  /** Calls {@code hook} after each forward, until the returned scope is closed. */
  public final Scope registerForwardHook(ForwardHook<I, O> hook) {
    return hooks.add(hook);
  }

  /**
   * Calls {@code hook} each time backward has computed the gradients of this module's inputs, until
   * the returned scope is closed. When no input needs a gradient, it is called as soon as those of
   * the outputs are there. Calls of {@link #apply} before the registration are not watched.
   *
   * <p>Watched inputs and outputs are views: they cannot be changed in place without a new history.
   */
  public final Scope registerFullBackwardHook(FullBackwardHook<I, O> hook) {
    return backwardHooks.add(hook);
  }

  /**
   * Calls {@code hook} each time backward has computed the gradients of this module's outputs, and
   * before it goes on through the module, until the returned scope is closed.
   */
  public final Scope registerFullBackwardPreHook(FullBackwardPreHook<I, O> hook) {
    return backwardPreHooks.add(hook);
  }

  /**
   * Puts {@code interceptor} around forward, inside the hooks and outside the interceptors that
   * were there before, until the returned scope is closed.
   */
  public final Scope intercept(ForwardInterceptor interceptor) {
    return interceptors.add(interceptor);
  }

  // ---------------------------------------------------------------------------------- contents

  /** Calls {@code visitor} with the name and value of each parameter, buffer and module in it. */
  void members(BiConsumer<String, Object> visitor) {
    if (parametrizations.isEmpty()) {
      Fields.of(this).visit(this, visitor);
      return;
    }
    ModuleDict<ParametrizationList> computed = parametrizations.get();
    Fields.of(this)
        .visit(
            this,
            (name, value) -> {
              if (!computed.containsKey(name)) {
                visitor.accept(name, value);
              }
            });
    visitor.accept("parametrizations", computed);
  }

  /** The tensors of this module that are computed from others; see {@link Parametrizations}. */
  final Optional<ModuleDict<ParametrizationList>> parametrizations() {
    return parametrizations;
  }

  final void parametrizations(Optional<ModuleDict<ParametrizationList>> computed) {
    parametrizations = computed;
  }

  private void computeParametrized() {
    parametrizations.ifPresent(
        computed -> computed.asMap().values().forEach(ParametrizationList::refresh));
  }

  /**
   * Visits this module and those inside it, parents first.
   *
   * @param once whether a module that is found under several names is visited under the first only
   */
  final void walk(boolean once, BiConsumer<String, Module<?, ?>> visitor) {
    Set<Module<?, ?>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Module<?, ?>> open = Collections.newSetFromMap(new IdentityHashMap<>());
    walk("", this, once, seen, open, visitor);
  }

  private static void walk(
      String name,
      Module<?, ?> module,
      boolean once,
      Set<Module<?, ?>> seen,
      Set<Module<?, ?>> open,
      BiConsumer<String, Module<?, ?>> visitor) {
    if (!open.add(module)) {
      throw new IllegalStateException(
          "module "
              + module.typeName()
              + ": '"
              + name
              + "' refers back to a module that it is part of; mark that field transient");
    }
    if (seen.add(module) || !once) {
      visitor.accept(name, module);
      module.members(
          (key, value) -> {
            if (value instanceof Module<?, ?> child) {
              walk(join(name, key), child, once, seen, open, visitor);
            }
          });
    }
    open.remove(module);
  }

  static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : prefix + "." + name;
  }

  /** This module and all inside it by name, each once, parents first; its own name is empty. */
  public final Map<String, Module<?, ?>> namedModules() {
    var modules = new LinkedHashMap<String, Module<?, ?>>();
    walk(true, modules::put);
    return modules;
  }

  /** This module and all inside it, each once, parents first. */
  public final List<Module<?, ?>> modules() {
    return List.copyOf(namedModules().values());
  }

  /** The modules directly inside by name, each once. */
  public final Map<String, Module<?, ?>> namedChildren() {
    var children = new LinkedHashMap<String, Module<?, ?>>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    members(
        (name, value) -> {
          if (value instanceof Module<?, ?> child && seen.add(child)) {
            children.put(name, child);
          }
        });
    return children;
  }

  /** The modules directly inside, each once. */
  public final List<Module<?, ?>> children() {
    return List.copyOf(namedChildren().values());
  }

  /** The module at a path such as {@code "blocks.0.norm1"}; the empty path is this one. */
  public final Module<?, ?> submodule(String path) {
    var all = new LinkedHashMap<String, Module<?, ?>>();
    walk(false, all::put);
    Module<?, ?> found = all.get(path);
    if (found == null) {
      throw new IllegalArgumentException(
          "submodule '" + path + "': " + typeName() + " has only " + all.keySet());
    }
    return found;
  }

  /** All parameters by name. One that is shared is listed once, under its first name. */
  public final Map<String, Parameter> namedParameters() {
    walk(true, (_, module) -> module.requireComplete());
    return named(Parameter.class);
  }

  /** Throws where parameters are still to come; see {@link LazyLayer}. */
  void requireComplete() {}

  /** Makes the parameters that are still to come, as large as those of a state dict. */
  void completeFrom(Map<String, ? extends Tensor> state, String prefix) {}

  /** All parameters; one that is shared is listed once. */
  public final List<Parameter> parameters() {
    return List.copyOf(namedParameters().values());
  }

  /** All buffers by name. One that is shared is listed once, under its first name. */
  public final Map<String, Buffer> namedBuffers() {
    return named(Buffer.class);
  }

  /** All buffers; one that is shared is listed once. */
  public final List<Buffer> buffers() {
    return List.copyOf(namedBuffers().values());
  }

  private <T extends Tensor> Map<String, T> named(Class<T> type) {
    var found = new LinkedHashMap<String, T>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    walk(
        true,
        (prefix, module) ->
            module.members(
                (name, value) -> {
                  if (type.isInstance(value) && seen.add(value)) {
                    found.put(join(prefix, name), type.cast(value));
                  }
                }));
    return found;
  }

  /** The parameters directly in this module. */
  final Map<String, Parameter> ownParameters() {
    var parameters = new LinkedHashMap<String, Parameter>();
    members(
        (name, value) -> {
          if (value instanceof Parameter parameter) {
            parameters.put(name, parameter);
          }
        });
    return parameters;
  }

  /** The parameters and buffers directly in this module. */
  final List<Tensor> ownTensors() {
    var tensors = new ArrayList<Tensor>();
    members(
        (_, value) -> {
          if (value instanceof Tensor tensor) {
            tensors.add(tensor);
          }
        });
    return tensors;
  }

  /** Calls {@code action} with every module inside, children first, and then with this one. */
  public final Module<I, O> applyToAll(Consumer<? super Module<?, ?>> action) {
    children().forEach(child -> child.applyToAll(action));
    action.accept(this);
    return this;
  }

  // ---------------------------------------------------------------------------------- modes

  /** Switches this module and all inside it to training: dropout drops. Returns this. */
  public final Module<I, O> train() {
    return train(true);
  }

  /** Switches this module and all inside it to training or evaluation. Returns this. */
  public final Module<I, O> train(boolean on) {
    walk(true, (_, module) -> module.training = on);
    return this;
  }

  /** Switches this module and all inside it to evaluation. Returns this. */
  public final Module<I, O> eval() {
    return train(false);
  }

  /** Whether it is in training mode, as every module is from the start. */
  public final boolean isTraining() {
    return training;
  }

  /** Starts or stops asking for gradients of all parameters. Returns this. */
  public final Module<I, O> requiresGrad(boolean on) {
    parameters().forEach(parameter -> parameter.requiresGrad(on));
    return this;
  }

  /** Clears the gradients of all parameters. */
  public final void zeroGrad() {
    parameters().forEach(parameter -> parameter.grad(Optional.empty()));
  }

  // ---------------------------------------------------------------------------------- moving

  /**
   * Converts floating parameters and buffers, and the gradients of parameters, in place. Returns
   * this.
   */
  public final Module<I, O> to(DType dtype) {
    if (!dtype.isFloating()) {
      throw new DTypeException(
          typeName() + ".to(" + dtype + "): modules have a floating dtype only");
    }
    return change(tensor -> tensor.dtype().isFloating() ? tensor.to(dtype) : tensor);
  }

  /** Moves parameters, their gradients, and buffers to {@code device}, in place. Returns this. */
  public final Module<I, O> to(Device device) {
    return change(tensor -> tensor.to(device));
  }

  /**
   * Gives parameters and buffers new memory on {@code device} without values, such as after a model
   * was built on {@link Device#META}. Returns this.
   */
  public final Module<I, O> toEmpty(Device device) {
    return change(tensor -> Tensor.empty(tensor.shape(), tensor.dtype(), device));
  }

  private Module<I, O> change(UnaryOperator<Tensor> conversion) {
    Context context = Context.current();
    var tensors = new ArrayList<Tensor>(named(Parameter.class).values());
    tensors.addAll(buffers());
    for (Tensor tensor : tensors) {
      try (var _ = TensorScope.open();
          var _ = context.withGrad(false)) {
        Tensor changed = conversion.apply(tensor);
        if (changed != tensor) {
          Optional<Tensor> grad = tensor.grad();
          tensor.setData(changed);
          // An alias belongs to no scope: the gradient outlives this one.
          grad.ifPresent(g -> tensor.grad(Optional.of(conversion.apply(g).alias())));
        }
      }
    }
    return this;
  }

  // ---------------------------------------------------------------------------------- state

  /**
   * Parameters and persistent buffers by name, in PyTorch's order, as untracked tensors that share
   * memory with the module. One that is shared is listed under each of its names.
   */
  public final LinkedHashMap<String, Tensor> stateDict() {
    var state = new LinkedHashMap<String, Tensor>();
    ModuleState.of(this).forEach((name, tensor) -> state.put(name, tensor.alias()));
    return state;
  }

  /** Copies values into parameters and buffers by name; both sides must have the same names. */
  public final IncompatibleKeys loadStateDict(Map<String, ? extends Tensor> state) {
    return loadStateDict(state, true);
  }

  /**
   * Copies values into parameters and buffers by name, converting dtype and device. Everything that
   * does not fit is listed in one exception, and then nothing is changed.
   *
   * @param strict whether names that only one side has are an error; shapes must always agree
   * @return the names that only one side has
   */
  public final IncompatibleKeys loadStateDict(Map<String, ? extends Tensor> state, boolean strict) {
    return ModuleState.load(this, state, strict);
  }

  // ---------------------------------------------------------------------------------- copies

  /**
   * A copy with parameters, buffers and modules of its own; sharing among them is kept. Gradients,
   * hooks and interceptors are not copied; other fields than tensors and modules refer to the same
   * objects as before.
   */
  public final Module<I, O> deepCopy() {
    return deepCopy(this);
  }

  /** {@link #deepCopy()}, typed as the module came. */
  public static <M extends Module<?, ?>> M deepCopy(M module) {
    return ModuleCopies.deep(module);
  }

  /** Another object with the same fields. */
  final Module<?, ?> shallowCopy() {
    try {
      return (Module<?, ?>) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e); // it implements Cloneable
    }
  }

  final void dropHooks() {
    preHooks = new Hooks<>();
    hooks = new Hooks<>();
    interceptors = new Hooks<>();
    backwardPreHooks = new Hooks<>();
    backwardHooks = new Hooks<>();
  }

  /**
   * {@link #apply} with other tensors in the place of parameters and buffers, which stay as they
   * are: for gradients of each sample, ensembles, and steps that are differentiated themselves.
   * Gradients flow to the tensors that were given.
   *
   * {@snippet :
   * // one step of gradient descent as a function of the weights
   * var stepped = new LinkedHashMap<String, Tensor>();
   * model.namedParameters().forEach((name, w) -> stepped.put(name, w.sub(gradients.get(name))));
   * Tensor y = model.functionalCall(stepped, x);
   * }
   *
   * @param tensors by the names of {@link #stateDict}; what is not named stays
   * @throws IllegalArgumentException for a name that this module does not have
   */
  public final O functionalCall(Map<String, ? extends Tensor> tensors, I input) {
    return ModuleCopies.with(this, tensors).apply(input);
  }

  // ---------------------------------------------------------------------------------- text

  /** What this module prints between its parentheses, such as {@code in_features=64}. */
  protected String extraRepr() {
    return "";
  }

  /** The class's name as it is printed; of an anonymous class, its superclass's. */
  String typeName() {
    Class<?> type = getClass();
    while (type.getSimpleName().isEmpty()) {
      type = type.getSuperclass();
    }
    return type.getSimpleName();
  }

  /** A table of the modules directly inside, with their parameters. */
  public final ModuleSummary summary() {
    return summary(1);
  }

  /** A table of the modules down to {@code depth} levels, with their parameters. */
  public final ModuleSummary summary(int depth) {
    return ModuleSummary.of(this, depth);
  }

  /** The lines about children in {@link #toString}. */
  List<String> childLines() {
    var lines = new ArrayList<String>();
    members(
        (name, value) -> {
          if (value instanceof Module<?, ?> child) {
            lines.add("(" + name + "): " + child);
          }
        });
    return lines;
  }

  /** The tree of modules, as PyTorch prints it. */
  @Override
  public String toString() {
    String extra = extraRepr();
    List<String> children = childLines();
    if (children.isEmpty() && !extra.contains("\n")) {
      return typeName() + "(" + extra + ")";
    }
    var text = new StringBuilder(typeName()).append("(\n");
    if (!extra.isEmpty()) {
      text.append(extra.indent(2));
    }
    children.forEach(line -> text.append(line.indent(2)));
    return text.append(')').toString();
  }
}
