package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * A computation with a gradient of its own: where the formula is better known than its parts, where
 * the gradient is meant to be another one, or where elements are written by hand.
 *
 * {@snippet :
 * final class Exponential extends AutogradFunction {
 *   @Override
 *   protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
 *     Tensor y = inputs.getFirst().exp();
 *     ctx.saveForBackward(y);
 *     return List.of(y);
 *   }
 *
 *   @Override
 *   protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
 *     return gradients(gradients.getFirst().mul(ctx.savedTensor(0)));
 *   }
 * }
 *
 * Tensor y = new Exponential().apply(x);
 * }
 *
 * <p>What is not a tensor goes in through the constructor. An instance may be applied many times;
 * what belongs to one call is kept in its {@link FunctionContext}. Nothing is recorded inside
 * forward. Backward is recorded when gradients of gradients are asked for, so one that consists of
 * differentiable ops has a gradient itself; one that does not must say so with {@link
 * FunctionContext#setOnceDifferentiable}.
 */
public abstract class AutogradFunction {

  protected AutogradFunction() {}

  /**
   * Computes the outputs. An input that is returned unchanged comes back as a view of itself; one
   * that was changed in place must be marked with {@link FunctionContext#markDirty} and returned.
   */
  protected abstract List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs);

  /**
   * The gradients of the inputs, one entry per input, in their order: empty where there is none.
   *
   * @param gradients ∂L/∂output for each output; zeros where no gradient reached an output, see
   *     {@link FunctionContext#setMaterializeGrads}
   */
  protected abstract List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients);

  /** For the end of {@link #backward}: every input gets a gradient. */
  protected static List<Optional<Tensor>> gradients(Tensor... gradients) {
    return Arrays.stream(gradients).map(Optional::of).toList();
  }

  /** Computes a function of one output. */
  public final Tensor apply(Tensor... inputs) {
    List<Tensor> outputs = applyAll(inputs);
    if (outputs.size() != 1) {
      throw new IllegalStateException(
          name() + ": forward returned " + outputs.size() + " tensors; call applyAll");
    }
    return outputs.getFirst();
  }

  /** Computes all outputs, and records the call if an input is tracked. */
  public final List<Tensor> applyAll(Tensor... inputs) {
    Context context = Context.current();
    boolean records = context.gradEnabled() && Arrays.stream(inputs).anyMatch(Tensor::requiresGrad);
    var ctx = new FunctionContext(name(), inputs, records);
    try (var scope = TensorScope.open()) {
      List<Tensor> returned;
      try (Scope _ = context.withGrad(false)) {
        returned = forward(ctx, List.of(inputs));
      }
      Tensor[] outputs = outputs(ctx, inputs, returned);
      if (records) {
        List<Tensor> made = returned;
        record(ctx, inputs, outputs, i -> ctx.isDifferentiable(made.get(i)));
      }
      return scope.keepAll(List.of(outputs));
    }
  }

  private Tensor[] outputs(FunctionContext ctx, Tensor[] inputs, List<Tensor> returned) {
    if (returned == null || returned.isEmpty()) {
      throw new IllegalStateException(name() + ": forward returned no tensor");
    }
    var outputs = new ArrayList<Tensor>();
    for (Tensor tensor : returned) {
      if (tensor == null) {
        throw new IllegalStateException(name() + ": forward returned null among its tensors");
      }
      boolean isNew = !tensor.requiresGrad() && !isAmong(inputs, tensor) || ctx.isDirty(tensor);
      outputs.add(isNew ? tensor : tensor.detach());
    }
    ctx.requireDirtyReturned(outputs);
    return outputs.toArray(Tensor[]::new);
  }

  private static boolean isAmong(Tensor[] tensors, Tensor tensor) {
    return Arrays.stream(tensors).anyMatch(other -> other == tensor);
  }

  private void record(
      FunctionContext ctx, Tensor[] inputs, Tensor[] outputs, IntPredicate differentiable) {
    List<TensorSpec> specs = Arrays.stream(outputs).map(Tensor::spec).toList();
    var node = new Node(name(), new FunctionGradient(this, ctx, specs), inputs, outputs.length);
    node.attach(outputs, differentiable);
    for (Tensor output : outputs) {
      if (ctx.isDirty(output) && output.base().isPresent()) {
        Tensor base = output.base().get();
        ViewHistory.wrote(ViewHistory.written(name(), base, output), base, output);
      }
    }
    ctx.recorded(node);
  }

  /** The name in messages and graphs: the class's, unless a subclass has a better one. */
  protected String name() {
    Class<?> type = getClass();
    while (type.getSimpleName().isEmpty() && type.getSuperclass() != null) {
      type = type.getSuperclass();
    }
    return type.getSimpleName();
  }

  @Override
  public String toString() {
    return name();
  }
}
