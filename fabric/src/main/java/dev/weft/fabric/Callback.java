package dev.weft.fabric;

import dev.weft.fabric.strategy.Strategy;
import dev.weft.nn.Module;
import dev.weft.optim.Optimizer;

/**
 * What Fabric calls by itself. A callback may be any object: {@link Fabric#call} finds further
 * methods by their names. Called on every rank, on the rank's thread, in the order of registration.
 */
public interface Callback {

  /** A model was set up. */
  default void onAfterSetup(Fabric fabric, Module<?, ?> module) {}

  /** An optimizer has stepped. */
  default void onAfterOptimizerStep(Strategy strategy, Optimizer optimizer) {}
}
