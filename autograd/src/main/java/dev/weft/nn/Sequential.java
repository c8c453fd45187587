package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Modules one after the other: each gets what the one before returned. Named by their index.
 *
 * {@snippet :
 * var mlp = Sequential.of(new Linear(64, 128), new ReLU(), new Linear(128, 10));
 * var model = Sequential.startingWith(new Tokenizer()).then(mlp);   // text in, tensor out
 * }
 *
 * @param <I> what the first takes
 * @param <O> what the last returns
 */
public final class Sequential<I, O> extends Module<I, O> {

  private final List<Module<?, ?>> modules;

  private Sequential(List<Module<?, ?>> modules) {
    this.modules = List.copyOf(modules);
  }

  /** A chain of modules from tensor to tensor; none returns its input. */
  @SafeVarargs
  public static Sequential<Tensor, Tensor> of(Module<Tensor, Tensor>... modules) {
    return of(List.of(modules));
  }

  /** A chain of modules from tensor to tensor; none returns its input. */
  public static Sequential<Tensor, Tensor> of(List<? extends Module<Tensor, Tensor>> modules) {
    return new Sequential<>(List.copyOf(modules));
  }

  /** A chain of one module, of any types. */
  public static <I, O> Sequential<I, O> startingWith(Module<I, O> first) {
    return new Sequential<>(List.of(first));
  }

  /** A longer chain, over the same modules and {@code next}. */
  public <R> Sequential<I, R> then(Module<? super O, R> next) {
    var longer = new ArrayList<>(modules);
    longer.add(next);
    return new Sequential<>(longer);
  }

  /** The module at {@code index}; negative counts from the end. */
  public Module<?, ?> get(int index) {
    int size = modules.size();
    if (index < -size || index >= size) {
      throw new IndexOutOfBoundsException(
          "Sequential: index " + index + " is outside a chain of " + size);
    }
    return modules.get(index < 0 ? index + size : index);
  }

  /** How many modules it holds. */
  public int size() {
    return modules.size();
  }

  /** The types fit because the factories and {@link #then} only accept what does. */
  @Override
  @SuppressWarnings("unchecked")
  protected O forward(I input) {
    Object value = input;
    for (Module<?, ?> module : modules) {
      value = ((Module<Object, Object>) module).apply(value);
    }
    return (O) value;
  }

  @Override
  void members(BiConsumer<String, Object> visitor) {
    for (int i = 0; i < modules.size(); i++) {
      visitor.accept(Integer.toString(i), modules.get(i));
    }
  }
}
