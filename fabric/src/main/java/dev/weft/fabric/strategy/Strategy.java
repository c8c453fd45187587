package dev.weft.fabric.strategy;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Context;
import dev.weft.engine.Device;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.launch.Ranks;
import dev.weft.fabric.precision.Precision;
import dev.weft.nn.Module;
import dev.weft.optim.Clipping;
import dev.weft.optim.Optimizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model is spread over ranks. The defaults are those of a model that is whole on every rank.
 *
 * <p>Confined: one strategy belongs to one rank and to the thread that drives it.
 */
public interface Strategy {

  /** Its name, such as {@code ddp}. */
  String name();

  /** Which rank this is. */
  Ranks ranks();

  /** The device that this rank drives. */
  Device rootDevice();

  /** The number formats of this rank. */
  Precision precision();

  /** Whether ranks must have been launched before anything is set up. */
  boolean needsLaunch();

  /** Which part of the data this rank reads; empty for all of it. */
  Optional<DataShare> dataShare();

  // ---------------------------------------------------------------------------------- models

  /** Makes {@code module}, which is on its device in its dtype, part of the strategy, in place. */
  void setupModule(Module<?, ?> module);

  /** Makes an optimizer part of the strategy, in place. */
  default void setupOptimizer(Optimizer optimizer) {}

  /** Moves a module, in place; a strategy that splits modules may leave that for later. */
  default void moduleToDevice(Module<?, ?> module) {
    module.to(rootDevice());
  }

  /** In force while tensors are made that belong to the model. */
  default Scope tensorInitContext() {
    Scope device = Context.current().withDefaultDevice(rootDevice());
    Scope dtype = precision().initContext();
    return () -> {
      dtype.close();
      device.close();
    };
  }

  /** In force while modules are made. */
  default Scope moduleInitContext() {
    return tensorInitContext();
  }

  // ---------------------------------------------------------------------------------- training

  /** Adds the gradients of the loss to those of the parameters. */
  default void backward(Tensor loss, BackwardOptions options) {
    precision()
        .backward(
            loss,
            scaled ->
                Autograd.backward(
                    scaled, options.gradient(), options.retainGraph(), options.createGraph()));
  }

  /** Whether {@code loss.backward()} alone would go wrong. */
  default boolean needsFabricBackward() {
    return precision().needsFabricBackward();
  }

  /** Lets gradients of {@code module} pile up on this rank until the scope is closed. */
  default Scope noBackwardSync(Module<?, ?> module) {
    return () -> {};
  }

  /** Limits the norm of an optimizer's gradients; returns the norm before. */
  default Tensor clipGradNorm(
      Module<?, ?> module,
      Optimizer optimizer,
      double maxNorm,
      double normType,
      boolean errorIfNonfinite) {
    precision().unscaleGradients(optimizer);
    return Clipping.clipGradNorm(optimizer.parameters(), maxNorm, normType, errorIfNonfinite);
  }

  /** Limits every element of an optimizer's gradients to ±{@code clipValue}. */
  default void clipGradValue(Module<?, ?> module, Optimizer optimizer, double clipValue) {
    precision().unscaleGradients(optimizer);
    Clipping.clipGradValue(optimizer.parameters(), clipValue);
  }

  // ---------------------------------------------------------------------------------- collectives

  /** Combines each of the tensors with those of the other ranks, in place. */
  void allReduce(List<Tensor> tensors, ReduceOp op);

  /** Stacks each of the tensors with those of the other ranks along a new first axis. */
  List<Tensor> allGather(List<Tensor> tensors);

  /** The value of rank {@code source}, on every rank. */
  @Nullable Object broadcast(@Nullable Object value, int source);

  /** Returns when every rank has called it. */
  void barrier();

  /** Whether {@code decision} holds on all ranks, or, with {@code all} false, on any. */
  boolean reduceDecision(boolean decision, boolean all);

  // ---------------------------------------------------------------------------------- checkpoints

  /** What is saved of a module. Every rank calls it; rank 0 writes. */
  default Map<String, ?> moduleState(Module<?, ?> module) {
    return module.stateDict();
  }

  /** What is saved of an optimizer. Every rank calls it; rank 0 writes. */
  default Map<String, ?> optimizerState(Optimizer optimizer) {
    return optimizer.stateDict();
  }

  /** Restores a module in place. */
  default void loadModuleState(
      Module<?, ?> module, Map<String, ? extends Tensor> state, boolean strict) {
    module.loadStateDict(state, strict);
  }

  /** Restores an optimizer in place. */
  default void loadOptimizerState(Optimizer optimizer, Map<String, ?> state) {
    optimizer.loadStateDict(state);
  }

  /** Called when nobody uses it any more. */
  default void teardown() {
    precision().teardown();
  }
}
