package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What of a module is saved, and how it is restored: all of it or nothing. */
final class ModuleState {

  private ModuleState() {}

  /** Parameters, then persistent buffers, of each module by name: the tensors themselves. */
  static Map<String, Tensor> of(Module<?, ?> root) {
    var state = new LinkedHashMap<String, Tensor>();
    root.walk(
        false,
        (prefix, module) -> {
          module.requireComplete();
          module.members(
              (name, value) -> {
                if (value instanceof Parameter parameter) {
                  state.put(Module.join(prefix, name), parameter);
                }
              });
          module.members(
              (name, value) -> {
                if (value instanceof Buffer buffer && buffer.isPersistent()) {
                  state.put(Module.join(prefix, name), buffer);
                }
              });
        });
    return state;
  }

  /** See {@link Module#loadStateDict(Map, boolean)}. */
  static IncompatibleKeys load(
      Module<?, ?> root, Map<String, ? extends Tensor> state, boolean strict) {
    root.walk(true, (name, module) -> module.completeFrom(state, name.isEmpty() ? "" : name + "."));
    Map<String, Tensor> own = of(root);
    var missing = own.keySet().stream().filter(name -> !state.containsKey(name)).toList();
    var unexpected =
        state.keySet().stream().map(String::valueOf).filter(k -> !own.containsKey(k)).toList();
    var problems = new ArrayList<String>();
    if (strict && !missing.isEmpty()) {
      problems.add("missing: " + String.join(", ", missing));
    }
    if (strict && !unexpected.isEmpty()) {
      problems.add("unexpected: " + String.join(", ", unexpected));
    }
    own.forEach(
        (name, target) -> {
          if (state.containsKey(name)) {
            misfit(target, state.get(name)).ifPresent(what -> problems.add(name + ": " + what));
          }
        });
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "loadStateDict: "
              + root.typeName()
              + ": nothing was loaded:\n  "
              + String.join("\n  ", problems));
    }
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      own.forEach(
          (name, target) -> {
            Tensor source = state.get(name);
            if (source != null) {
              target.copyFrom(source);
            }
          });
    }
    return new IncompatibleKeys(missing, unexpected);
  }

  private static Optional<String> misfit(Tensor target, @Nullable Tensor source) {
    if (source == null) {
      return Optional.of("null in the state dict");
    }
    if (source.isReleased()) {
      return Optional.of("the tensor in the state dict was released");
    }
    if (!source.shape().equals(target.shape())) {
      return Optional.of(
          "shape " + target.shape() + " in the module, " + source.shape() + " in the state dict");
    }
    if (source.device().isMeta()) {
      return Optional.of("on meta in the state dict, without values");
    }
    if (target.device().isMeta()) {
      return Optional.of("on meta in the module; call toEmpty(device) first");
    }
    return Optional.empty();
  }
}
