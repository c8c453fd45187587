package dev.weft.engine.spi;

import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What remembers ops for backward. The engine finds one through {@link java.util.ServiceLoader};
 * without one, asking for gradients is an error that says which module is missing.
 *
 * <p>Thread-safe: several ranks of one process record at the same time, each its own graph.
 */
public interface Tape {

  /** Called after {@code op} was computed while gradients are on and an input is tracked. */
  void record(Op op, Tensor[] inputs, Tensor[] outputs);

  /**
   * Called before {@code op} overwrites {@code target}, which is its first input. Throws when
   * backward could not be right afterwards.
   *
   * @return what to call once the values are in place
   */
  Runnable recordInPlace(Op op, Tensor target, Tensor[] inputs);

  /**
   * Called when the memory of {@code view} was changed since its entry was attached, or since it
   * was made: attaches what the history of {@code base}, which is tracked, makes of it.
   */
  void renewView(Tensor base, Tensor view);

  /** Starts or stops tracking a leaf. */
  void requireGrad(Tensor leaf, boolean on);

  /** Whether a gradient will be kept in {@code tensor}: it was made by the user, not by an op. */
  boolean isLeaf(Tensor tensor);

  /** Asks that the gradient of a tensor that is no leaf be kept too. */
  void retainGrad(Tensor tensor);

  /** The gradient that backward left. */
  Optional<Tensor> grad(Tensor tensor);

  /** Replaces the gradient. */
  void grad(Tensor tensor, Optional<Tensor> gradient);

  /**
   * Calls {@code hook} with the gradient of {@code tensor} once it is known; what it returns goes
   * on.
   */
  Scope hook(Tensor tensor, UnaryOperator<Tensor> hook);

  /** Adds ∂root/∂leaf to the gradient of every leaf that {@code root} was made from. */
  void backward(Tensor root, Optional<Tensor> gradient, boolean retainGraph, boolean createGraph);
}
