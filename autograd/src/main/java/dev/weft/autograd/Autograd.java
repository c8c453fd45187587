package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Gradients: switching them on and off, and asking for them.
 *
 * {@snippet :
 * Tensor x = Tensor.of(3.0).requiresGrad(true);
 * Tensor y = x.square().sum();
 * Tensor dx = Autograd.grad(y, x);          // 6
 * try (var _ = Autograd.noGrad()) {
 *   x.subInPlace(dx.mul(0.1));
 * }
 * }
 *
 * <p>Switches act on the calling thread and end when the scope closes.
 */
public final class Autograd {

  private Autograd() {}

  /** Ops are not recorded until the scope closes. */
  public static Scope noGrad() {
    return Context.current().withGrad(false);
  }

  /** Ops are recorded until the scope closes, also inside {@link #noGrad}. */
  public static Scope enableGrad() {
    return Context.current().withGrad(true);
  }

  /** As {@link #noGrad}; tensors made inside may not be made leaves either. */
  public static Scope inferenceMode() {
    return Context.current().withInferenceMode(true);
  }

  /**
   * Adds the gradients of ⟨root, gradient⟩ to the leaves it was made from; see {@code
   * Tensor.backward}.
   */
  public static void backward(
      Tensor root, Optional<Tensor> gradient, boolean retainGraph, boolean createGraph) {
    new GraphTape().backward(root, gradient, retainGraph, createGraph);
  }

  /** ∂output/∂input of a scalar; leaves keep the gradients they have. */
  public static Tensor grad(Tensor output, Tensor input) {
    return grad(output, List.of(input), Optional.empty(), false, false).getFirst();
  }

  /**
   * ∂⟨output, gradient⟩/∂inputs. Leaves keep the gradients they have.
   *
   * @param gradient weights of the outputs; may be empty for a scalar
   * @param retainGraph keeps what backward needs, for another pass
   * @param createGraph records the gradients' own computation, so that they can be differentiated
   * @throws IllegalStateException naming the first input that the output does not depend on
   */
  public static List<Tensor> grad(
      Tensor output,
      List<? extends Tensor> inputs,
      Optional<Tensor> gradient,
      boolean retainGraph,
      boolean createGraph) {
    var results = new ArrayList<Tensor>();
    for (Optional<Tensor> found : gradOrEmpty(output, inputs, gradient, retainGraph, createGraph)) {
      int index = results.size();
      results.add(
          found.orElseThrow(
              () ->
                  new IllegalStateException(
                      "grad: the output does not depend on input "
                          + index
                          + " ("
                          + inputs.get(index).spec()
                          + "); use gradOrEmpty if that is meant")));
    }
    return results;
  }

  /** As {@link #grad}, with empty for inputs that the output does not depend on. */
  public static List<Optional<Tensor>> gradOrEmpty(
      Tensor output,
      List<? extends Tensor> inputs,
      Optional<Tensor> gradient,
      boolean retainGraph,
      boolean createGraph) {
    var captured = new IdentityHashMap<Entry, Optional<Tensor>>();
    for (Tensor input : inputs) {
      captured.put(GraphTape.entry(input, "grad"), Optional.empty());
    }
    new Backward(retainGraph || createGraph, createGraph, captured)
        .run(
            List.of(GraphTape.entry(output, "grad")),
            List.of(GraphTape.gradientOf(output, gradient)));
    var results = new ArrayList<Optional<Tensor>>();
    for (Tensor input : inputs) {
      results.add(captured.getOrDefault(GraphTape.entry(input, "grad"), Optional.empty()));
    }
    return results;
  }

  /**
   * Calls {@code hook} each time a backward pass has completed the gradient of {@code leaf}, while
   * the pass goes on with the layers below.
   */
  public static Scope registerPostAccumulateGradHook(Tensor leaf, Consumer<Tensor> hook) {
    Entry entry = GraphTape.entry(leaf, "registerPostAccumulateGradHook");
    if (!entry.isLeaf()) {
      throw new IllegalStateException(
          "registerPostAccumulateGradHook: " + leaf.spec() + " is no leaf");
    }
    entry.accumulateHooks().add(hook);
    return () -> entry.accumulateHooks().remove(hook);
  }
}
