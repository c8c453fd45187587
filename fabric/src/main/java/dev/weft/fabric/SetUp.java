package dev.weft.fabric;

import dev.weft.engine.Context;
import dev.weft.engine.Nested;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.fabric.precision.Precision;
import dev.weft.fabric.strategy.Strategy;
import dev.weft.fabric.text.Notices;
import dev.weft.nn.Module;
import dev.weft.optim.Optimizer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;

/** Makes models and optimizers part of a strategy and a precision, in place. */
final class SetUp {

  /** What was set up, by whichever Fabric. Models and optimizers are equal to themselves alone. */
  private static final Set<Object> DONE =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private static final int MOST_NAMED = 2;

  private final Strategy strategy;
  private final Precision precision;
  private final Callbacks callbacks;

  /** Whether backward runs through Fabric right now. */
  private boolean inBackward;

  /** How many calls of models that were set up are under way, one inside the other. */
  private int callsOfModels;

  SetUp(Strategy strategy, Callbacks callbacks) {
    this.strategy = strategy;
    this.precision = strategy.precision();
    this.callbacks = callbacks;
  }

  static boolean isDone(Object object) {
    return DONE.contains(object);
  }

  static void mark(Object object) {
    DONE.add(object);
  }

  /** Refuses an object that a Fabric has set up already. */
  static void requireNew(String method, Object object) {
    if (isDone(object)) {
      throw new IllegalArgumentException(
          method
              + ": this "
              + object.getClass().getSimpleName()
              + " was set up already; set up each object once");
    }
  }

  // ------------------------------------------------------------------------------- models

  void module(Module<?, ?> module, boolean moveToDevice) {
    precision.convertModule(module);
    if (moveToDevice) {
      warnOfMixedDevices(module);
      strategy.moduleToDevice(module);
    }
    strategy.setupModule(module);
    if (precision.touchesForward()) {
      module.intercept(
          (input, forward) -> {
            Object output;
            Object converted = precision.convertInput(input);
            try (Scope _ = precision.forwardContext()) {
              output = forward.apply(converted);
            }
            return precision.convertOutput(output);
          });
    }
    if (strategy.needsFabricBackward()) {
      module.intercept((input, forward) -> guarded(forward.apply(input)));
    }
    if (strategy.needsLaunch() || precision.touchesForward()) {
      refuseDetours(module);
    }
    mark(module);
  }

  /**
   * Calls of a model's parts from outside of the model's own call would miss precision and
   * strategy. They are refused where gradients are recorded.
   */
  private void refuseDetours(Module<?, ?> model) {
    model.intercept(
        (input, forward) -> {
          callsOfModels++;
          try {
            return forward.apply(input);
          } finally {
            callsOfModels--;
          }
        });
    model
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part != model) {
                refuseDetour(model, name, part);
              }
            });
  }

  private <I> void refuseDetour(Module<?, ?> model, String name, Module<I, ?> part) {
    var _ =
        part.registerForwardPreHook(
            (_, input) -> {
              if (callsOfModels == 0 && Context.current().gradEnabled()) {
                throw new IllegalStateException(
                    "'"
                        + name
                        + "' of "
                        + model.getClass().getSimpleName()
                        + " was called outside of the model's own call, so that precision '"
                        + precision.name()
                        + "' and strategy '"
                        + strategy.name()
                        + "' know nothing of it; write fabric.forward(model, m -> …)");
              }
              return input;
            });
  }

  private static void warnOfMixedDevices(Module<?, ?> module) {
    var parameters = module.namedParameters();
    var first = parameters.entrySet().stream().findFirst();
    if (first.isEmpty()) {
      return;
    }
    List<Map.Entry<String, dev.weft.nn.Parameter>> elsewhere =
        parameters.entrySet().stream()
            .filter(entry -> !entry.getValue().device().equals(first.get().getValue().device()))
            .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
            .toList();
    if (!elsewhere.isEmpty()) {
      Notices.warn(
          "setup: "
              + elsewhere.size()
              + " parameters of "
              + module.getClass().getSimpleName()
              + " are on other devices than the first ('"
              + first.get().getKey()
              + "' on "
              + first.get().getValue().device()
              + "), such as "
              + elsewhere.stream()
                  .limit(MOST_NAMED)
                  .map(e -> "'" + e.getKey() + "' on " + e.getValue().device())
                  .toList()
              + "; all are moved to one device. Pass moveToDevice=false to leave them");
    }
  }

  /**
   * Gradients that arrive otherwise than by fabric.backward would be wrong; so they are refused.
   */
  private Object guarded(Object output) {
    if (Context.current().gradEnabled()) {
      Nested.forEachTensor(
          output,
          tensor -> {
            if (tensor.requiresGrad()) {
              var _ =
                  tensor.registerHook(
                      gradient -> {
                        requireInBackward();
                        return gradient;
                      });
            }
          });
    }
    return output;
  }

  private void requireInBackward() {
    if (!inBackward) {
      throw new IllegalStateException(
          "backward: with strategy '"
              + strategy.name()
              + "' and precision '"
              + precision.name()
              + "' call fabric.backward(loss) instead of loss.backward()");
    }
  }

  /** Runs {@code backward} as Fabric's own. */
  void inBackward(Runnable backward) {
    boolean before = inBackward;
    inBackward = true;
    try {
      backward.run();
    } finally {
      inBackward = before;
    }
  }

  // ------------------------------------------------------------------------------- optimizers

  void optimizer(Optimizer optimizer) {
    strategy.setupOptimizer(optimizer);
    if (precision.touchesStep()) {
      optimizer.intercept((closure, step) -> precision.step(optimizer, closure, step));
    }
    if (!callbacks.objects().isEmpty()) {
      optimizer.intercept(
          (closure, step) -> {
            Optional<Tensor> loss = step.apply(closure);
            callbacks.call("onAfterOptimizerStep", strategy, optimizer);
            return loss;
          });
    }
    mark(optimizer);
  }
}
