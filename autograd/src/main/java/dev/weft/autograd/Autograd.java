package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Scope;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

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
   * ∂⟨output, gradient⟩/∂inputs. Leaves keep the gradients they have; what is returned belongs to
   * the open {@link TensorScope}, as the result of any op.
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
      results.add(
          captured
              .getOrDefault(GraphTape.entry(input, "grad"), Optional.empty())
              .map(TensorScope::adopt));
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

  // ---------------------------------------------------------------------------------- memory

  /**
   * Calls {@code body} without keeping what its ops save for backward: backward calls it again and
   * keeps it then. Costs one more forward, and saves the memory of its activations. Random numbers
   * and autocast are those of before, so both calls compute the same.
   *
   * {@snippet :
   * for (var block : blocks) {
   *   x = Autograd.checkpoint(block::apply, x);
   * }
   * }
   *
   * <p>Tensors that {@code body} uses besides its input must live until backward, as parameters do.
   * What it changes besides, such as running statistics, it changes twice; a generator of its own
   * must give the same numbers each time. Source: Chen et al., "Training deep nets with sublinear
   * memory cost", 2016.
   *
   * @param input a tensor, or a record, list or map of tensors
   */
  public static <I, O> O checkpoint(Function<? super I, ? extends O> body, I input) {
    return Checkpoint.<I, O>run(body, input);
  }

  /**
   * Until the scope closes, ops save what {@code pack} makes of a tensor, and get it back from
   * {@code unpack} in backward: compressed, moved, written to a file. The tensor that {@code pack}
   * is shown may be kept; what {@code unpack} returns must have its shape, dtype and device. The
   * innermost hooks hold.
   */
  public static <P> Scope savedTensorHooks(
      Function<? super Tensor, ? extends P> pack, Function<? super P, ? extends Tensor> unpack) {
    return SavedTensors.hooks(pack, unpack);
  }

  // ---------------------------------------------------------------------------------- finding
  // faults

  /**
   * Until the scope closes, ops note where they were called, and backward stops at the first
   * gradient with NaN, naming the op and that place. Slow; for finding faults.
   */
  public static Scope detectAnomaly() {
    return Anomaly.on();
  }

  // ---------------------------------------------------------------------------------- derivatives

  /**
   * A function's value and a product with its Jacobian from the left.
   *
   * @param gradients vᵀJ, one for each input
   */
  public record Pulled(Tensor value, List<Tensor> gradients) {
    /** That of the first input. */
    public Tensor gradient() {
      return gradients.getFirst();
    }
  }

  /**
   * A function's value and a product with its Jacobian from the right.
   *
   * @param tangent J times the tangents of the inputs, of the value's shape
   */
  public record Pushed(Tensor value, Tensor tangent) {}

  /** {@link #vjp(Function, List, Tensor)} of one input. */
  public static Pulled vjp(UnaryOperator<Tensor> function, Tensor x, Tensor v) {
    return vjp(ofOne(function), List.of(x), v);
  }

  /**
   * The value of a function and vᵀJ, with its Jacobian J at {@code inputs}. The results can be
   * differentiated if the inputs or v are tracked.
   *
   * @param v of the value's shape
   */
  public static Pulled vjp(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, Tensor v) {
    return Derivatives.vjp(function, inputs, v);
  }

  /** {@link #gradAndValue(Function, List)} of one input. */
  public static Pulled gradAndValue(UnaryOperator<Tensor> function, Tensor x) {
    return gradAndValue(ofOne(function), List.of(x));
  }

  /**
   * The value of a function of one number and its gradients. The results can be differentiated if
   * the inputs are tracked.
   */
  public static Pulled gradAndValue(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    return Derivatives.gradAndValue(function, inputs);
  }

  /** {@link #jvp(Function, List, List)} of one input. */
  public static Pushed jvp(UnaryOperator<Tensor> function, Tensor x, Tensor tangent) {
    return jvp(ofOne(function), List.of(x), List.of(tangent));
  }

  /**
   * The value of a function and J times the tangents: its derivative in their direction, exactly,
   * by two backward passes. The results can be differentiated if the inputs or tangents are
   * tracked.
   *
   * @param tangents one for each input, of its shape
   */
  public static Pushed jvp(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs, List<Tensor> tangents) {
    return Derivatives.jvp(function, inputs, tangents);
  }

  /** {@link #jacobian(Function, List)} of one input. */
  public static Tensor jacobian(UnaryOperator<Tensor> function, Tensor x) {
    return jacobian(ofOne(function), List.of(x)).getFirst();
  }

  /**
   * The derivatives of every element of a function's value: for each input a tensor of the value's
   * shape followed by the input's. One backward pass per element. The results can be differentiated
   * if the inputs are tracked.
   */
  public static List<Tensor> jacobian(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    return Derivatives.jacobian(function, inputs);
  }

  /** {@link #hessian(Function, List)} of one input. */
  public static Tensor hessian(UnaryOperator<Tensor> function, Tensor x) {
    return hessian(ofOne(function), List.of(x)).getFirst().getFirst();
  }

  /**
   * The second derivatives of a function of one number: at [i][j] a tensor of the shape of input i
   * followed by that of input j. The results can be differentiated if the inputs are tracked.
   */
  public static List<List<Tensor>> hessian(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    return Derivatives.hessian(function, inputs);
  }

  /** {@link #hvp(Function, List, List)} of one input. */
  public static Tensor hvp(UnaryOperator<Tensor> function, Tensor x, Tensor vector) {
    return hvp(ofOne(function), List.of(x), List.of(vector)).getFirst();
  }

  /**
   * The Hessian of a function of one number times vectors, without computing the Hessian.
   *
   * @param vectors one for each input, of its shape
   */
  public static List<Tensor> hvp(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs, List<Tensor> vectors) {
    return Derivatives.hvp(function, inputs, vectors);
  }

  // ------------------------------------------------------------------------------ batches

  /** {@link #vmap(Function, List)} of one input. */
  public static Tensor vmap(UnaryOperator<Tensor> function, Tensor x) {
    return vmap(ofOne(function), List.of(x));
  }

  /** {@link #vmap(Function, List, List, int)} over dimension 0 of every input. */
  public static <O> O vmap(Function<List<Tensor>, ? extends O> function, List<Tensor> inputs) {
    return vmap(function, inputs, inputs.stream().map(_ -> Optional.of(0)).toList(), 0);
  }

  /**
   * A function of one example, computed for every example of a batch: gradients of each sample, a
   * Jacobian's rows, an ensemble's members.
   *
   * {@snippet :
   * // one gradient of the loss for each sample
   * Tensor perSample = Autograd.vmap(
   *     in -> Autograd.grad(loss(model, in.get(0), in.get(1)), weight), List.of(x, y));
   * }
   *
   * <p>The function is called once for each example, and results are stacked. So everything
   * composes with it, values that steer the computation and random numbers included (each example
   * draws its own), and it is as exact and as fast as a loop: where a layer takes batches itself,
   * give it the batch. Gradients flow through to the inputs. Examples are views: one that is
   * changed in place changes the batch.
   *
   * @param dims for each input the dimension that counts examples, or empty to give it whole
   * @param outDim where results get the new dimension; a result may be a tensor, or a record, list,
   *     map or optional of tensors, and must have the same shapes each time
   * @throws ShapeException for batches of different sizes, of no example, and for results that
   *     cannot be stacked
   */
  public static <O> O vmap(
      Function<List<Tensor>, ? extends O> function,
      List<Tensor> inputs,
      List<Optional<Integer>> dims,
      int outDim) {
    return Vmap.run(function, inputs, dims, outDim);
  }

  private static Function<List<Tensor>, Tensor> ofOne(UnaryOperator<Tensor> function) {
    return inputs -> function.apply(inputs.getFirst());
  }
}
