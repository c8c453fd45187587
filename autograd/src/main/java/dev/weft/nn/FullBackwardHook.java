package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Called when backward has computed the gradients of a module's inputs.
 *
 * @param <I> the module's input
 * @param <O> the module's output
 */
@FunctionalInterface
public interface FullBackwardHook<I, O> {

  /**
   * Returns the gradients that go on to what the inputs were made from: {@code gradInput} itself,
   * or as many others.
   *
   * @param gradInput one entry per tensor of the input, in order; empty where there is no gradient
   * @param gradOutput one entry per tensor of the output, likewise
   */
  List<Optional<Tensor>> call(
      Module<I, O> module, List<Optional<Tensor>> gradInput, List<Optional<Tensor>> gradOutput);
}
