package dev.weft.fabric.precision;

import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.nn.Module;
import dev.weft.optim.Optimizer;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * In which number formats a model is stored and computed. Around a model's forward: {@link
 * #convertInput}, {@link #forwardContext} for the call itself, {@link #convertOutput}. Around
 * backward and the optimizer's step: whatever keeps small gradients alive.
 *
 * <p>Confined: an object belongs to one rank and its thread. {@link #forRank} makes one for each.
 */
public interface Precision {

  /** Its name, such as {@code bf16-mixed}. */
  String name();

  /** The one that a rank gets, of the same settings; {@code this} where there is no state. */
  default Precision forRank() {
    return this;
  }

  /** Converts a model that is set up, in place. */
  default void convertModule(Module<?, ?> module) {}

  /** In force while tensors or modules are made that will belong to the model. */
  default Scope initContext() {
    return () -> {};
  }

  /** In force during forward. */
  default Scope forwardContext() {
    return () -> {};
  }

  /** Converts the floating tensors in what goes into forward. */
  default <T> T convertInput(T input) {
    return input;
  }

  /** Converts the floating tensors in what comes out of forward. */
  default <T> T convertOutput(T output) {
    return output;
  }

  /** Whether forward must be surrounded at all. */
  default boolean touchesForward() {
    return false;
  }

  /** Runs {@code backward} with the loss, perhaps scaled. */
  default void backward(Tensor loss, Consumer<Tensor> backward) {
    backward.accept(loss);
  }

  /** Whether {@code loss.backward()} alone would go wrong, so that fabric.backward is needed. */
  default boolean needsFabricBackward() {
    return false;
  }

  /** Runs an optimizer's step, or leaves it out. */
  default Optional<Tensor> step(
      Optimizer optimizer,
      Optional<Supplier<Tensor>> closure,
      Function<Optional<Supplier<Tensor>>, Optional<Tensor>> step) {
    return step.apply(closure);
  }

  /** Whether {@link #step} does more than to step. */
  default boolean touchesStep() {
    return false;
  }

  /** Brings gradients to their true size before they are looked at. */
  default void unscaleGradients(Optimizer optimizer) {}

  /** What training needs to go on. */
  default Map<String, Object> stateDict() {
    return Map.of();
  }

  /** Continues from what {@link #stateDict} returned. */
  default void loadStateDict(Map<String, ?> state) {}

  /** Called when nobody uses it any more. */
  default void teardown() {}
}
