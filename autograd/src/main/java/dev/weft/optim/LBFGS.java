package dev.weft.optim;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A quasi-Newton method with little memory, for whole batches: p ← p − t H g, where H approximates
 * the inverse Hessian from the last steps and what they did to the gradient. Each {@link
 * #step(Supplier)} makes up to {@code maxIter} such steps and calls its closure for each.
 *
 * <p>Without a line search t is the learning rate, in the very first step at most 1 / Σ|g| of it.
 * Defaults: learning rate 1, 20 iterations, 25 evaluations, 100 remembered steps, no line search.
 * There is one group only. Source: Liu, Nocedal, "On the limited memory BFGS method for large scale
 * optimization", 1989.
 *
 * {@snippet :
 * var optimizer = new LBFGS(model.parameters()).strongWolfe();
 * optimizer.step(() -> {
 *   optimizer.zeroGrad();
 *   Tensor loss = Functional.mseLoss(model.apply(x), y);
 *   loss.backward();
 *   return loss;
 * });
 * }
 */
public final class LBFGS extends Optimizer {

  private final CurvaturePairs curvature = new CurvaturePairs();
  private @Nullable Tensor direction;
  private @Nullable Tensor gradientBefore;
  private double stepSize;
  private double lossBefore;
  private long iterations;
  private long evaluations;
  private boolean evaluationsAreSet;

  /** With a learning rate of 1. */
  public LBFGS(Collection<?> parameters) {
    this(parameters, 1);
  }

  /**
   * Over {@link Parameter}s, or one {@link ParameterGroup} of them.
   *
   * @param lr the learning rate: t, or what the line search begins with
   */
  public LBFGS(Collection<?> parameters, double lr) {
    super("LBFGS", defaults(lr), parameters);
    for (ParameterGroup group : groups()) {
      if (group.sets("max_iter") && !group.sets("max_eval")) {
        group.set("max_eval", evaluationsFor(group.getLong("max_iter")));
      }
    }
  }

  private static long evaluationsFor(long maxIter) {
    return Math.max(1, maxIter * 5 / 4);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("max_iter", 20L);
    defaults.put("max_eval", 25L);
    defaults.put("tolerance_grad", 1e-7);
    defaults.put("tolerance_change", 1e-9);
    defaults.put("history_size", 100L);
    defaults.put("line_search_fn", Optional.empty());
    return defaults;
  }

  /** Sets the most iterations per step, and the most evaluations to 5/4 of it. Returns this. */
  public LBFGS maxIter(long maxIter) {
    configure("max_iter", maxIter);
    if (!evaluationsAreSet) {
      configure("max_eval", evaluationsFor(maxIter));
    }
    return this;
  }

  /**
   * Sets after how many calls of the closure a step ends; a line search takes at most what is left,
   * and always one. Returns this.
   */
  public LBFGS maxEval(long maxEval) {
    configure("max_eval", maxEval);
    evaluationsAreSet = true;
    return this;
  }

  /** Sets the largest element of a gradient that counts as 0. Returns this. */
  public LBFGS toleranceGrad(double tolerance) {
    configure("tolerance_grad", tolerance);
    return this;
  }

  /** Sets the change of the loss or of a parameter that counts as none. Returns this. */
  public LBFGS toleranceChange(double tolerance) {
    configure("tolerance_change", tolerance);
    return this;
  }

  /** Sets how many steps are remembered. Returns this. */
  public LBFGS historySize(long historySize) {
    configure("history_size", historySize);
    return this;
  }

  /** Searches along each direction until Wolfe's strong conditions hold. Returns this. */
  public LBFGS strongWolfe() {
    configure("line_search_fn", "strong_wolfe");
    return this;
  }

  @Override
  protected Optional<String> conflict(ParameterGroup group) {
    return groups().size() == 1
        ? Optional.empty()
        : Optional.of(groups().size() + " parameter groups: looks at all parameters as one");
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of();
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    throw new IllegalStateException("LBFGS: updates all parameters together");
  }

  /** The loss and its gradient at some point. */
  record Value(double loss, Tensor gradient) {}

  @Override
  Optional<Tensor> stepAll(Optional<Supplier<Tensor>> closure) {
    Supplier<Tensor> evaluate =
        closure.orElseThrow(
            () ->
                new IllegalStateException(
                    "LBFGS: step() needs a closure that clears the gradients, computes the loss,"
                        + " calls backward and returns the loss"));
    Tensor first = call(evaluate);
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      iterate(groups().getFirst(), evaluate, new Value(first.item(), flatGradient()));
    }
    return Optional.of(first);
  }

  private Tensor call(Supplier<Tensor> closure) {
    evaluations++;
    try (var _ = Context.current().withGrad(true)) {
      return closure.get();
    }
  }

  private void iterate(ParameterGroup group, Supplier<Tensor> closure, Value start) {
    Value at = start;
    long before = evaluations - 1;
    long most = group.getLong("max_iter");
    for (long n = 1; n <= most && !isFlat(group, at); n++) {
      Tensor d = nextDirection(group, at);
      double slope = dot(at.gradient, d);
      double t = firstSize(group, at);
      stepSize = t;
      if (slope > -group.getDouble("tolerance_change")) {
        return;
      }
      double loss = at.loss;
      if (((Optional<?>) group.get("line_search_fn")).isPresent()) {
        long left = group.getLong("max_eval") - (evaluations - before);
        var search = new StrongWolfe(size -> evaluateAt(closure, d, size), d, left);
        StrongWolfe.Point found = search.run(t, at, slope, group.getDouble("tolerance_change"));
        t = found.size();
        at = found.value();
        move(d, t);
      } else {
        move(d, t);
        if (n < most) {
          at = new Value(call(closure).item(), flatGradient());
        }
      }
      stepSize = t;
      boolean stands =
          largest(d) * t <= group.getDouble("tolerance_change")
              || Math.abs(at.loss - loss) < group.getDouble("tolerance_change");
      if (stands || evaluations - before >= group.getLong("max_eval")) {
        return;
      }
    }
  }

  /** Minus the gradient at first, later minus H times the gradient. */
  private Tensor nextDirection(ParameterGroup group, Value at) {
    Tensor last = direction;
    Tensor before = gradientBefore;
    iterations++;
    Tensor next;
    if (last == null || before == null) {
      next = at.gradient.neg();
    } else {
      curvature.add(at.gradient.sub(before), last.mul(stepSize), group.getLong("history_size"));
      next = curvature.direction(at.gradient);
    }
    direction = owned(next, last);
    gradientBefore = owned(at.gradient, before);
    lossBefore = at.loss;
    return direction;
  }

  private double firstSize(ParameterGroup group, Value at) {
    return iterations == 1
        ? Math.min(1, 1 / at.gradient.abs().sum().item()) * group.lr()
        : group.lr();
  }

  private static boolean isFlat(ParameterGroup group, Value at) {
    return largest(at.gradient) <= group.getDouble("tolerance_grad");
  }

  /** The value at {@code size} along {@code d}; the parameters stay where they are. */
  private Value evaluateAt(Supplier<Tensor> closure, Tensor d, double size) {
    var before = new ArrayList<Tensor>();
    parameters().forEach(p -> before.add(p.detach().copy()));
    move(d, size);
    var value = new Value(call(closure).item(), flatGradient());
    for (int i = 0; i < before.size(); i++) {
      parameters().get(i).copyFrom(before.get(i));
    }
    return value;
  }

  private void move(Tensor d, double size) {
    long offset = 0;
    for (Parameter p : parameters()) {
      p.addInPlace(d.narrow(0, offset, p.numel()).reshape(p.shape()).mul(size));
      offset += p.numel();
    }
  }

  private Tensor flatGradient() {
    var rows = new ArrayList<Tensor>();
    for (Parameter p : parameters()) {
      Tensor gradient = p.grad().orElseGet(() -> Tensor.zerosLike(p));
      rows.add(gradient.to(ParameterState.wide(p.dtype())).reshape(-1));
    }
    return Tensor.cat(rows, 0);
  }

  static double dot(Tensor x, Tensor y) {
    return x.mul(y).sum().item();
  }

  static double largest(Tensor x) {
    return x.numel() == 0 ? 0 : x.abs().max().item();
  }

  /** A handle that outlives the step, in the place of {@code before}. */
  private static Tensor owned(Tensor tensor, @Nullable Tensor before) {
    if (before != null) {
      before.release();
    }
    return tensor.alias();
  }

  // ---------------------------------------------------------------------------------- state

  @Override
  boolean remembersTogether() {
    return true;
  }

  @Override
  Map<String, Object> packed(ParameterGroup group, Parameter parameter) {
    if (evaluations == 0 || parameter != parameters().getFirst()) {
      return Map.of();
    }
    var entry = new LinkedHashMap<String, Object>();
    entry.put("func_evals", evaluations);
    entry.put("n_iter", iterations);
    if (direction != null && gradientBefore != null) {
      entry.put("d", direction.alias());
      entry.put("t", stepSize);
      curvature.save(entry);
      entry.put("prev_flat_grad", gradientBefore.alias());
      entry.put("prev_loss", lossBefore);
    }
    return entry;
  }

  @Override
  void check(Map<String, Object> entry, List<String> problems) {
    long size = parameters().stream().mapToLong(Tensor::numel).sum();
    CurvaturePairs.checkNumber(entry, "func_evals", problems);
    CurvaturePairs.checkNumber(entry, "n_iter", problems);
    if (entry.containsKey("d")) {
      CurvaturePairs.checkRow("d", entry.get("d"), size, problems);
      CurvaturePairs.checkRow("prev_flat_grad", entry.get("prev_flat_grad"), size, problems);
      CurvaturePairs.checkNumber(entry, "t", problems);
      CurvaturePairs.checkNumber(entry, "prev_loss", problems);
      CurvaturePairs.check(entry, size, problems);
    }
  }

  @Override
  void restore(Map<String, Object> entry) {
    evaluations = (long) CurvaturePairs.number(entry.get("func_evals"));
    iterations = (long) CurvaturePairs.number(entry.get("n_iter"));
    if (entry.get("d") instanceof Tensor d && entry.get("prev_flat_grad") instanceof Tensor g) {
      direction = owned(d.copy(), direction);
      gradientBefore = owned(g.copy(), gradientBefore);
      stepSize = CurvaturePairs.number(entry.get("t"));
      lossBefore = CurvaturePairs.number(entry.get("prev_loss"));
      curvature.restore(entry);
    }
  }
}
