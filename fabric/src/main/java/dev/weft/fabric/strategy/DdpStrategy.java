package dev.weft.fabric.strategy;

import dev.weft.engine.Context;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.comm.Work;
import dev.weft.nn.Module;
import dev.weft.optim.Optimizer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Distributed data parallel: every rank holds all weights, sees its own share of the batch, and
 * leaves backward with gradients averaged over all ranks.
 *
 * <p>Averaging starts while backward is still running: gradients are packed into buckets, and a
 * bucket is sent as soon as its last gradient is final, so that communication hides behind the
 * layers below. All ranks must run the same model; buckets are sent in the same order everywhere.
 *
 * <p>Each parameter that asks for a gradient must take part in every backward between two forwards,
 * unless {@link DdpOptions#findUnusedParameters} is set: what is missing is named by the next
 * forward or optimizer step.
 *
 * <p>Buffers are those of rank 0 at the begin of each forward in training mode. (In PyTorch in
 * evaluation mode, too; here one rank alone may evaluate a model.)
 *
 * <p>Source: Li and others, "PyTorch Distributed", 2020.
 */
public final class DdpStrategy extends ParallelStrategy {

  private final DdpOptions options;
  private final Map<Module<?, ?>, GradientBuckets> models = new IdentityHashMap<>();

  DdpStrategy(DdpOptions options, Seat seat) {
    super(seat);
    this.options = options;
  }

  @Override
  public String name() {
    return options.name();
  }

  /** Gives every rank the weights of rank 0, so that different seeds cannot drift apart. */
  @Override
  public void setupModule(Module<?, ?> module) {
    if (module.parameters().stream().noneMatch(Tensor::requiresGrad)) {
      throw new IllegalArgumentException(
          "setup with strategy '"
              + name()
              + "': no parameter of the model asks for a gradient, so there is nothing to average;"
              + " use fabric.toDevice(model)");
    }
    SameModel.require(communicator(), module);
    List<Tensor> state = new ArrayList<>(module.parameters());
    state.addAll(module.buffers());
    broadcast(state);
    var buckets = new GradientBuckets(module, communicator(), options);
    models.put(module, buckets);
    module.intercept(
        (input, forward) -> {
          if (buckets.isSyncing()) {
            if (module.isTraining() && options.broadcastBuffers()) {
              broadcast(module.buffers());
            }
            if (Context.current().gradEnabled()) {
              buckets.beginForward();
            }
          }
          return forward.apply(input);
        });
  }

  private void broadcast(List<? extends Tensor> tensors) {
    if (tensors.isEmpty()) {
      return;
    }
    Communicator communicator = communicator();
    var works = new ArrayList<Work>();
    try (Scope _ = Context.current().withGrad(false)) {
      tensors.forEach(tensor -> works.add(communicator.broadcast(tensor, 0)));
      works.forEach(Work::await);
    }
  }

  /** A step with gradients that were averaged in part only would set the ranks apart. */
  @Override
  public void setupOptimizer(Optimizer optimizer) {
    optimizer.intercept(
        (closure, step) -> {
          if (closure.isEmpty()) {
            requireComplete(optimizer);
          }
          return step.apply(closure);
        });
  }

  private void requireComplete(Optimizer optimizer) {
    for (GradientBuckets buckets : models.values()) {
      if (buckets.isUnderWay() && buckets.concerns(optimizer.parameters())) {
        buckets.requireComplete();
      }
    }
  }

  @Override
  public void backward(Tensor loss, BackwardOptions backwardOptions) {
    try {
      super.backward(loss, backwardOptions);
    } catch (Throwable e) {
      models.values().forEach(GradientBuckets::forgetUnsent);
      throw e;
    }
    if (options.findUnusedParameters()) {
      models.values().forEach(GradientBuckets::completeUnused);
    }
  }

  @Override
  public boolean needsFabricBackward() {
    return options.findUnusedParameters() || precision().needsFabricBackward();
  }

  @Override
  public Scope noBackwardSync(Module<?, ?> module) {
    GradientBuckets buckets = models.get(module);
    if (buckets == null) {
      throw new IllegalArgumentException(
          "noBackwardSync: this "
              + module.getClass().getSimpleName()
              + " was not set up; call fabric.setup(model) first");
    }
    return buckets.withoutSync();
  }

  @Override
  public Tensor clipGradNorm(
      Module<?, ?> module,
      Optimizer optimizer,
      double maxNorm,
      double normType,
      boolean errorIfNonfinite) {
    requireComplete(optimizer);
    return super.clipGradNorm(module, optimizer, maxNorm, normType, errorIfNonfinite);
  }

  @Override
  public void clipGradValue(Module<?, ?> module, Optimizer optimizer, double clipValue) {
    requireComplete(optimizer);
    super.clipGradValue(module, optimizer, clipValue);
  }

  @Override
  public void teardown() {
    models.values().forEach(GradientBuckets::close);
    models.clear();
    super.teardown();
  }
}
