package dev.weft.fabric.checkpoint;

import dev.weft.engine.Generator;
import dev.weft.engine.Nested;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.DataLoader;
import dev.weft.fabric.precision.GradScaler;
import dev.weft.fabric.precision.Precision;
import dev.weft.fabric.strategy.Strategy;
import dev.weft.nn.Module;
import dev.weft.optim.LRScheduler;
import dev.weft.optim.Optimizer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns a program's state into a checkpoint and back. Models, optimizers, schedules, loaders,
 * precisions, gradient scalers, generators and {@link Stateful} objects at the top level are saved
 * as their state and restored in place; everything else is a value.
 */
public final class Checkpoints {

  private final Strategy strategy;

  /** For what is set up under {@code strategy}. */
  public Checkpoints(Strategy strategy) {
    this.strategy = strategy;
  }

  // ------------------------------------------------------------------------------- objects

  /** How an object gives its state and takes it; the flag is {@code strict}. */
  private record Access(
      Supplier<? extends Map<String, ?>> get, BiConsumer<Map<String, ?>, Boolean> set) {

    static Access of(Supplier<? extends Map<String, ?>> get, Consumer<? super Map<String, ?>> set) {
      return new Access(get, (state, _) -> set.accept(state));
    }
  }

  private Optional<Access> access(Object object) {
    return switch (object) {
      case Module<?, ?> module ->
          Optional.of(
              new Access(
                  () -> strategy.moduleState(module),
                  (state, strict) -> strategy.loadModuleState(module, tensors(state), strict)));
      case Optimizer optimizer ->
          Optional.of(
              Access.of(
                  () -> strategy.optimizerState(optimizer),
                  state -> strategy.loadOptimizerState(optimizer, state)));
      case LRScheduler schedule ->
          Optional.of(Access.of(schedule::stateDict, schedule::loadStateDict));
      case DataLoader<?> loader -> Optional.of(Access.of(loader::stateDict, loader::loadStateDict));
      case Precision precision ->
          Optional.of(Access.of(precision::stateDict, precision::loadStateDict));
      case GradScaler scaler -> Optional.of(Access.of(scaler::stateDict, scaler::loadStateDict));
      case Generator generator ->
          Optional.of(
              Access.of(
                  () -> Map.of("seed", generator.seed(), "offset", generator.offset()),
                  state -> generator.setState(number(state, "seed"), number(state, "offset"))));
      case Stateful stateful ->
          Optional.of(Access.of(stateful::stateDict, stateful::loadStateDict));
      default -> Optional.empty();
    };
  }

  private static long number(Map<String, ?> state, String key) {
    if (state.get(key) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalArgumentException(
        "load: the state of a generator needs a number named '" + key + "'");
  }

  private static Map<String, Tensor> tensors(Map<String, ?> state) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    state.forEach(
        (name, value) -> {
          if (!(value instanceof Tensor tensor)) {
            throw new IllegalArgumentException(
                "load: '"
                    + name
                    + "' is a "
                    + (value == null ? "null" : value.getClass().getSimpleName())
                    + ", but a model's state holds tensors by name alone; nothing was loaded");
          }
          tensors.put(name, tensor);
        });
    return tensors;
  }

  // ------------------------------------------------------------------------------- saving

  /**
   * The checkpoint of a state. Every rank calls it.
   *
   * @param filter for names of the state: which entries of that object's state are kept; an object
   *     of which nothing is kept is left out
   */
  public Map<String, Object> checkpoint(
      Map<String, ?> state, Map<String, BiPredicate<String, Object>> filter) {
    requireFilterFits(state, filter);
    Map<String, Object> checkpoint = new LinkedHashMap<>();
    state.forEach(
        (name, object) -> {
          Object saved = access(object).<Object>map(access -> access.get().get()).orElse(object);
          BiPredicate<String, Object> keep = filter.get(name);
          if (keep != null && saved instanceof Map<?, ?> entries) {
            Map<Object, Object> kept = new LinkedHashMap<>();
            entries.forEach(
                (key, value) -> {
                  if (keep.test(String.valueOf(key), value)) {
                    kept.put(key, value);
                  }
                });
            if (!kept.isEmpty()) {
              checkpoint.put(name, kept);
            }
          } else {
            checkpoint.put(name, saved);
          }
        });
    return checkpoint;
  }

  private static void requireFilterFits(
      Map<String, ?> state, Map<String, BiPredicate<String, Object>> filter) {
    List<String> unknown = filter.keySet().stream().filter(k -> !state.containsKey(k)).toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "save: the filter names "
              + unknown
              + ", but the state has only "
              + state.keySet()
              + "; a filter's names must be names of the state");
    }
  }

  // ------------------------------------------------------------------------------- loading

  /**
   * Restores the objects that {@code state} names, and returns the values of its other names and
   * what the checkpoint holds beyond them.
   *
   * <p>When something does not fit, the objects that were restored already get their state back, so
   * that nothing is changed.
   *
   * @param strict whether each name of the state must be in the checkpoint, and each parameter of a
   *     model too
   */
  public Restored restore(Map<String, Object> checkpoint, Map<String, ?> state, boolean strict) {
    List<String> missing =
        state.keySet().stream().filter(name -> !checkpoint.containsKey(name)).toList();
    if (strict && !missing.isEmpty()) {
      throw new IllegalArgumentException(
          "load: the checkpoint has no "
              + missing
              + ", only "
              + checkpoint.keySet()
              + "; nothing was loaded. Leave these names out, or load with strict=false");
    }
    Map<String, Object> rest = new LinkedHashMap<>(checkpoint);
    Map<String, Object> values = new LinkedHashMap<>();
    List<Pending> objects = new ArrayList<>();
    for (Map.Entry<String, ?> entry : state.entrySet()) {
      String name = entry.getKey();
      if (checkpoint.containsKey(name)) {
        Object saved = rest.remove(name);
        Optional<Access> access = access(entry.getValue());
        if (access.isPresent()) {
          objects.add(new Pending(name, access.get(), saved));
        } else {
          values.put(name, saved);
        }
      }
    }
    restoreAll(objects, strict);
    return new Restored(values, rest);
  }

  /**
   * What a load leaves to its caller.
   *
   * @param values the new values of names that stand for no object
   * @param rest what the state did not name, in the order of the file
   */
  public record Restored(Map<String, Object> values, Map<String, Object> rest) {}

  private record Pending(String name, Access access, @Nullable Object saved) {}

  private static void restoreAll(List<Pending> objects, boolean strict) {
    Map<Access, Map<String, ?>> before = new IdentityHashMap<>();
    for (Pending object : objects) {
      try {
        Map<String, ?> saved = dictionary(object.saved());
        Map<String, ?> old = objects.size() == 1 ? Map.of() : copied(object.access().get().get());
        object.access().set().accept(saved, strict); // changes nothing when it throws
        before.put(object.access(), old);
      } catch (RuntimeException e) {
        before.forEach((access, old) -> access.set().accept(old, true));
        throw new IllegalArgumentException("load: '" + object.name() + "': " + e.getMessage(), e);
      }
    }
  }

  /** Restores one module or optimizer from its bare state. */
  public void restoreRaw(Map<String, Object> saved, Object target, boolean strict) {
    Access access =
        access(target)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "loadRaw: a "
                            + target.getClass().getSimpleName()
                            + " has no state to restore; pass a module or an optimizer"));
    access.set().accept(saved, strict);
  }

  @SuppressWarnings("unchecked") // names of a state are text, and checked to be
  private static Map<String, ?> dictionary(@Nullable Object saved) {
    if (saved instanceof Map<?, ?> map
        && map.keySet().stream().allMatch(String.class::isInstance)) {
      return (Map<String, ?>) map;
    }
    throw new IllegalArgumentException(
        "the checkpoint holds "
            + (saved == null ? "null" : "a " + saved.getClass().getSimpleName())
            + " there, not a state by name");
  }

  /** State dicts share memory with their objects; a copy does not. */
  private static Map<String, ?> copied(Map<String, ?> state) {
    return Nested.mapTensors(state, tensor -> tensor.detach().copy());
  }
}
