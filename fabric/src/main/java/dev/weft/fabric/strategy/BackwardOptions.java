package dev.weft.fabric.strategy;

import dev.weft.engine.Tensor;
import java.util.Optional;

/**
 * How backward is done. Immutable.
 *
 * @param gradient ∂L/∂loss where the loss is no scalar
 * @param retainGraph whether a further backward through the same graph will follow
 * @param createGraph whether gradients are recorded, to be differentiated themselves
 */
public record BackwardOptions(Optional<Tensor> gradient, boolean retainGraph, boolean createGraph) {

  private static final BackwardOptions DEFAULTS =
      new BackwardOptions(Optional.empty(), false, false);

  /** Of a scalar, once. */
  public static BackwardOptions defaults() {
    return DEFAULTS;
  }

  /** With weights of the outputs. */
  public BackwardOptions withGradient(Tensor weights) {
    return new BackwardOptions(Optional.of(weights), retainGraph, createGraph);
  }

  /** Keeping what backward needs, for another one. */
  public BackwardOptions withRetainGraph(boolean retain) {
    return new BackwardOptions(gradient, retain, createGraph);
  }

  /** Recording the gradients' own computation. */
  public BackwardOptions withCreateGraph(boolean create) {
    return new BackwardOptions(gradient, retainGraph, create);
  }
}
