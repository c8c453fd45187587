package dev.weft.optim;

import dev.weft.engine.Tensor;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Stands around an optimizer's step: it may do something before and after, change the closure, or
 * leave the step out. Precision plug-ins and strategies set optimizers up this way, in place.
 */
@FunctionalInterface
public interface StepInterceptor {

  /**
   * Calls {@code step} with the closure, if there is one, and returns its loss, or does more around
   * it.
   */
  Optional<Tensor> call(
      Optional<Supplier<Tensor>> closure,
      Function<Optional<Supplier<Tensor>>, Optional<Tensor>> step);
}
