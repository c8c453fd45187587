package dev.weft.nn;

import dev.weft.autograd.AutogradFunction;
import dev.weft.autograd.FunctionContext;
import dev.weft.engine.Context;
import dev.weft.engine.Nested;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The full backward hooks of one call of a module. Its inputs and outputs go through functions that
 * change nothing, at which backward stops to call the hooks.
 */
final class BackwardWatch<I, O> {

  private final Module<I, O> module;
  private final List<FullBackwardPreHook<I, O>> preHooks;
  private final List<FullBackwardHook<I, O>> hooks;
  private int inputs;
  private boolean inputsAreTracked;
  private List<Optional<Tensor>> gradOutput = List.of();

  BackwardWatch(
      Module<I, O> module,
      List<FullBackwardPreHook<I, O>> preHooks,
      List<FullBackwardHook<I, O>> hooks) {
    this.module = module;
    this.preHooks = preHooks;
    this.hooks = hooks;
  }

  /** The input, watched if there is a gradient to come and a hook that waits for it. */
  I input(I input) {
    List<Tensor> tensors = Nested.tensors(input);
    inputs = tensors.size();
    inputsAreTracked = isTracked(tensors);
    return inputsAreTracked && !hooks.isEmpty() ? through(new AtInput(), input, tensors) : input;
  }

  /** The output, watched likewise. */
  O output(O output) {
    List<Tensor> tensors = Nested.tensors(output);
    return isTracked(tensors) ? through(new AtOutput(), output, tensors) : output;
  }

  private static boolean isTracked(List<Tensor> tensors) {
    return Context.current().gradEnabled() && tensors.stream().anyMatch(Tensor::requiresGrad);
  }

  private static <T> T through(Watched function, T value, List<Tensor> tensors) {
    Iterator<Tensor> watched = function.applyAll(tensors.toArray(Tensor[]::new)).iterator();
    return Nested.mapTensors(value, _ -> watched.next());
  }

  /** Hands its inputs on. What needs no gradient gets none. */
  private abstract static class Watched extends AutogradFunction {

    @Override
    protected final List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      ctx.setMaterializeGrads(false);
      for (Tensor input : inputs) {
        if (!input.requiresGrad()) {
          ctx.markNonDifferentiable(input);
        }
      }
      return inputs;
    }

    /** Handles that the tape does not release when it is done: hooks may keep what they see. */
    static List<Optional<Tensor>> arrived(FunctionContext ctx, List<Tensor> gradients) {
      var arrived = new ArrayList<Optional<Tensor>>();
      for (int i = 0; i < gradients.size(); i++) {
        arrived.add(ctx.hasGradient(i) ? Optional.of(own(gradients.get(i))) : Optional.empty());
      }
      return arrived;
    }
  }

  private static Tensor own(Tensor gradient) {
    Tensor own = gradient.alias();
    own.tapeEntry(gradient.tapeEntry());
    return own;
  }

  private final class AtOutput extends Watched {

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      List<Optional<Tensor>> current = arrived(ctx, gradients);
      for (FullBackwardPreHook<I, O> hook : preHooks) {
        current = sameSize("pre-hook", current, hook.call(module, current));
      }
      if (!hooks.isEmpty()) {
        gradOutput = current.stream().map(gradient -> gradient.map(BackwardWatch::own)).toList();
        if (!inputsAreTracked) { // backward will not come by there
          callHooks(Collections.nCopies(inputs, Optional.empty()));
        }
      }
      return current;
    }

    @Override
    protected String name() {
      return module.typeName() + ".output";
    }
  }

  private final class AtInput extends Watched {

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      return callHooks(arrived(ctx, gradients));
    }

    @Override
    protected String name() {
      return module.typeName() + ".input";
    }
  }

  private List<Optional<Tensor>> callHooks(List<Optional<Tensor>> gradInput) {
    List<Optional<Tensor>> current = gradInput;
    for (FullBackwardHook<I, O> hook : hooks) {
      current = sameSize("hook", current, hook.call(module, current, gradOutput));
    }
    gradOutput = List.of();
    return current;
  }

  private List<Optional<Tensor>> sameSize(
      String kind, List<Optional<Tensor>> before, List<Optional<Tensor>> after) {
    if (after == null || after.size() != before.size()) {
      throw new IllegalStateException(
          module.typeName()
              + ": a full backward "
              + kind
              + " returned "
              + (after == null ? "null" : after.size() + " gradients")
              + " for "
              + before.size()
              + "; return as many, Optional.empty() where there is none");
    }
    return after;
  }
}
