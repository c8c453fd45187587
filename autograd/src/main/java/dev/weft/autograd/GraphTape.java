package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Scope;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AsStrided;
import dev.weft.engine.op.Op;
import dev.weft.engine.spi.Tape;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The tape the engine finds: a graph of {@link Node}s that hangs on the tensors it made.
 * Thread-safe.
 */
public final class GraphTape implements Tape {

  /** For {@link java.util.ServiceLoader}. */
  public GraphTape() {}

  @Override
  public void record(Op op, Tensor[] inputs, Tensor[] outputs) {
    new Node(op, op.gradient(), inputs, outputs.length).attach(outputs);
  }

  @Override
  public Runnable recordInPlace(Op op, Tensor target, Tensor[] inputs) {
    Tensor base = requireNoLeaf(op, target);
    if (base == target) {
      if (target.isView()) {
        throw new IllegalStateException(
            op
                + " in place: "
                + target.spec()
                + " is a view that was detached, or taken while gradients were off, so its base"
                + " would not learn of the change; use the op without InPlace, or copy() it first");
      }
      var node = new Node(op, op.gradient(), inputs, 1);
      node.saveBefore(target, inputs);
      return () -> node.attach(new Tensor[] {target});
    }
    AsStrided region = ViewHistory.written(op, base, target);
    var node = new Node(op, op.gradient(), inputs, 1);
    node.saveBefore(target, inputs);
    return () -> {
      node.attach(new Tensor[] {target});
      ViewHistory.wrote(region, base, target);
    };
  }

  /** The base of what is changed in place, or the target itself; neither may be a leaf. */
  static Tensor requireNoLeaf(Object op, Tensor target) {
    Tensor base = target.base().orElse(target);
    if (base.requiresGrad() && base.isLeaf()) {
      throw new IllegalStateException(
          op
              + " in place: "
              + target.spec()
              + (base == target ? " is" : " is a view of")
              + " a leaf that requires a gradient; change it inside Autograd.noGrad()");
    }
    return base;
  }

  @Override
  public void renewView(Tensor base, Tensor view) {
    ViewHistory.renew(base, view);
  }

  @Override
  public void requireGrad(Tensor leaf, boolean on) {
    Optional<Entry> entry = leaf.tapeEntry().map(Entry.class::cast);
    if (!on) {
      if (entry.isPresent() && !entry.get().isLeaf()) {
        throw new IllegalStateException(
            "requiresGrad(false): " + leaf.spec() + " is no leaf; use detach()");
      }
      leaf.tapeEntry(Optional.empty());
      return;
    }
    if (!leaf.dtype().isInexact()) {
      throw new DTypeException(
          "requiresGrad: " + leaf.spec() + ": only floating and complex tensors have gradients");
    }
    if (Context.current().inferenceMode()) {
      throw new IllegalStateException(
          "requiresGrad: not inside Autograd.inferenceMode(); make the tensor outside");
    }
    if (leaf.isInference()) {
      throw new IllegalStateException(
          "requiresGrad: "
              + leaf.spec()
              + " was made inside Autograd.inferenceMode(); copy() it outside");
    }
    if (entry.isEmpty()) {
      leaf.tapeEntry(Optional.of(Entry.leaf(leaf)));
    }
  }

  @Override
  public boolean isLeaf(Tensor tensor) {
    return tensor.tapeEntry().map(e -> ((Entry) e).isLeaf()).orElse(true);
  }

  @Override
  public void retainGrad(Tensor tensor) {
    entry(tensor, "retainGrad").retainsGrad = true;
  }

  /**
   * A view of the gradient, so that what the user holds stays valid when the gradient is cleared.
   */
  @Override
  public Optional<Tensor> grad(Tensor tensor) {
    return tensor
        .tapeEntry()
        .map(e -> ((Entry) e).grad())
        .map(
            grad -> {
              Tensor handle = grad.detach();
              handle.tapeEntry(grad.tapeEntry());
              return handle;
            });
  }

  @Override
  public void grad(Tensor tensor, Optional<Tensor> gradient) {
    if (gradient.isEmpty() && tensor.tapeEntry().isEmpty()) {
      return;
    }
    Entry entry = entry(tensor, "grad");
    if (gradient.isPresent() && !gradient.get().spec().equals(tensor.spec())) {
      throw new ShapeException(
          "grad: " + gradient.get().spec() + " for a tensor of " + tensor.spec());
    }
    entry.grad(gradient.map(Tensor::alias).orElse(null));
  }

  @Override
  public Scope hook(Tensor tensor, UnaryOperator<Tensor> hook) {
    var hooks = entry(tensor, "registerHook").hooks();
    hooks.add(hook);
    return () -> hooks.remove(hook);
  }

  @Override
  public void backward(
      Tensor root, Optional<Tensor> gradient, boolean retainGraph, boolean createGraph) {
    new Backward(retainGraph || createGraph, createGraph, null)
        .run(List.of(entry(root, "backward")), List.of(gradientOf(root, gradient)));
  }

  static Tensor gradientOf(Tensor root, Optional<Tensor> gradient) {
    if (gradient.isEmpty()) {
      if (root.numel() != 1) {
        throw new ShapeException(
            "backward: a tensor of "
                + root.spec()
                + " is no scalar; reduce it first, for example with sum(), or pass a gradient of"
                + " its shape");
      }
      if (root.isComplex()) {
        throw new DTypeException(
            "backward: a tensor of "
                + root.spec()
                + " is no real number; make it one, for example with abs() or real(), or pass a"
                + " gradient of its shape");
      }
      return Tensor.onesLike(root);
    }
    if (!gradient.get().shape().equals(root.shape())) {
      throw new ShapeException(
          "backward: gradient " + gradient.get().shape() + " for a tensor of " + root.shape());
    }
    return gradient.get().to(root.dtype());
  }

  static Entry entry(Tensor tensor, String op) {
    return tensor
        .tapeEntry()
        .map(Entry.class::cast)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    op
                        + ": a tensor of "
                        + tensor.spec()
                        + " needs no gradient; call requiresGrad(true) on what it is made from"));
  }
}
