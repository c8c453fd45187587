package dev.weft.autograd;

import dev.weft.engine.Tensor;
import dev.weft.engine.spi.TapeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a tracked tensor knows: the op that made it, or, for a leaf, where its gradient goes. */
final class Entry extends TapeEntry {

  /** The op that made the tensor; absent for a leaf. */
  final @Nullable Node node;

  /** Which output of the node it is. */
  final int output;

  /** The tensor itself, for a leaf and for one whose gradient is retained. */
  @Nullable Tensor tensor;

  /** How often the memory had been changed when the op was recorded; guards views. */
  final int version;

  private @Nullable Tensor grad;
  private final List<UnaryOperator<Tensor>> hooks = new ArrayList<>(0);
  private final List<Consumer<Tensor>> accumulateHooks = new ArrayList<>(0);
  boolean retainsGrad;

  private Entry(@Nullable Node node, int output, @Nullable Tensor tensor, int version) {
    this.node = node;
    this.output = output;
    this.tensor = tensor;
    this.version = version;
  }

  static Entry leaf(Tensor tensor) {
    return new Entry(null, 0, tensor, 0);
  }

  static Entry made(Node node, int output, int version) {
    return new Entry(node, output, null, version);
  }

  boolean isLeaf() {
    return node == null;
  }

  @Nullable Tensor grad() {
    return grad;
  }

  /** Takes over {@code gradient}; what was there before is released. */
  void grad(@Nullable Tensor gradient) {
    if (grad != null) {
      grad.release();
    }
    grad = gradient;
  }

  List<UnaryOperator<Tensor>> hooks() {
    return hooks;
  }

  List<Consumer<Tensor>> accumulateHooks() {
    return accumulateHooks;
  }

  /**
   * Adds to the gradient that is there. {@code gradient} is owned by the caller's callee: this
   * entry.
   */
  void accumulate(Tensor gradient, boolean createGraph) {
    Tensor before = grad;
    if (before == null) {
      grad = createGraph ? gradient : owned(gradient);
      return;
    }
    if (createGraph) {
      grad = before.add(gradient).keep();
      return;
    }
    if (before.tapeEntry().isPresent()) {
      grad = before.detach().add(gradient).keep();
    } else {
      before.addInPlace(gradient);
    }
    gradient.release();
  }

  /** Memory that nobody else shares, because later gradients are added in place. */
  private static Tensor owned(Tensor gradient) {
    if (gradient.isContiguous() && gradient.storage().holders() == 1) {
      return gradient;
    }
    Tensor copy = gradient.copy();
    Tensor own = copy.alias();
    copy.release();
    gradient.release();
    return own;
  }
}
