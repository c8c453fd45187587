package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Called when backward has computed the gradients of a module's outputs, before it goes through the
 * module.
 *
 * @param <I> the module's input
 * @param <O> the module's output
 */
@FunctionalInterface
public interface FullBackwardPreHook<I, O> {

  /**
   * Returns the gradients that go through the module: {@code gradOutput} itself, or as many others.
   *
   * @param gradOutput one entry per tensor of the output, in order; empty where there is no
   *     gradient
   */
  List<Optional<Tensor>> call(Module<I, O> module, List<Optional<Tensor>> gradOutput);
}
