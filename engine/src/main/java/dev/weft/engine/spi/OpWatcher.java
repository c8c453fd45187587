package dev.weft.engine.spi;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;

/**
 * Told of every op of a thread once it has run, those of backward too. Counts of operations,
 * profiles and graphs are made of that. See {@code Context.withWatcher}.
 */
@FunctionalInterface
public interface OpWatcher {

  /**
   * An op has run.
   *
   * @param outputs none for ops that change their inputs in place
   */
  void ran(Op op, Tensor[] inputs, Tensor[] outputs);
}
