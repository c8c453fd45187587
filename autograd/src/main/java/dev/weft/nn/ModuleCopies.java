package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Modules with other tensors. */
final class ModuleCopies {

  private ModuleCopies() {}

  /** See {@link Module#deepCopy(Module)}. */
  static <M extends Module<?, ?>> M deep(M module) {
    M copy = tree(module, new IdentityHashMap<>(), ModuleCopies::leaf);
    copy.modules().forEach(Module::dropHooks);
    return copy;
  }

  /** A module that computes with these tensors in the place of its own of the same names. */
  static <I, O> Module<I, O> with(Module<I, O> module, Map<String, ? extends Tensor> tensors) {
    Map<String, Tensor> own = ModuleState.of(module);
    var copies = new IdentityHashMap<Object, Object>();
    tensors.forEach(
        (name, given) -> {
          Tensor replaced = own.get(name);
          if (replaced == null) {
            throw new IllegalArgumentException(
                "functionalCall: "
                    + module.typeName()
                    + " has no '"
                    + name
                    + "', only "
                    + String.join(", ", own.keySet()));
          }
          copies.put(replaced, standIn(replaced, given));
        });
    return tree(module, copies, tensor -> tensor);
  }

  /** A handle of the class that a field of a module may have, with the history of {@code given}. */
  private static Tensor standIn(Tensor replaced, Tensor given) {
    Tensor handle =
        replaced instanceof Buffer buffer
            ? Buffer.of(given, buffer.isPersistent())
            : Parameter.of(given, false);
    handle.tapeEntry(given.tapeEntry());
    return handle;
  }

  private static Tensor leaf(Tensor tensor) {
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      Tensor values = tensor.copy();
      return switch (tensor) {
        case Parameter parameter -> Parameter.of(values, parameter.requiresGrad());
        case Buffer buffer -> Buffer.of(values, buffer.isPersistent());
        default -> values.alias();
      };
    }
  }

  /** The same tree of modules with other tensors: {@code leaf} of each, called once for each. */
  @SuppressWarnings("unchecked")
  private static <M extends Module<?, ?>> M tree(
      M module, Map<Object, Object> copies, UnaryOperator<Tensor> leaf) {
    Object known = copies.get(module);
    if (known != null) {
      return (M) known;
    }
    M copy = (M) ((Module<?, ?>) module).shallowCopy();
    copies.put(module, copy);
    Fields.of(copy)
        .replace(
            copy,
            held ->
                held instanceof Module<?, ?> child
                    ? tree(child, copies, leaf)
                    : copies.computeIfAbsent(held, tensor -> leaf.apply((Tensor) tensor)));
    copy.parametrizations(copy.parametrizations().map(all -> tree(all, copies, leaf)));
    return copy;
  }
}
