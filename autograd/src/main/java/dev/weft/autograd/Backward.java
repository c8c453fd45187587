package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Scope;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.TensorSpec;
import dev.weft.engine.op.Gradient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One backward pass. Nodes are visited from the last recorded to the first, without recursion, so
 * depth is no limit. A gradient is owned by this pass until it reaches a leaf; temporaries of a
 * step end with the step. A leaf's gradient is handed over as soon as its last contribution is in,
 * which is what lets communication overlap with the layers below.
 */
final class Backward {

  private final boolean retainGraph;
  private final boolean createGraph;
  private final @Nullable Map<Entry, Optional<Tensor>> captured;
  private final Map<Node, @Nullable Tensor[]> pending = new IdentityHashMap<>();
  private final Map<Entry, Leaf> leaves = new IdentityHashMap<>();

  /** The nodes on the way to what is captured; unused when all leaves are wanted. */
  private final Set<Node> onTheWay = Collections.newSetFromMap(new IdentityHashMap<>());

  /** A leaf's contributions so far, and how many edges may still bring one. */
  private static final class Leaf {
    int left;
    @Nullable Tensor sum;
  }

  /**
   * @param captured entries whose gradients are wanted instead of accumulated into leaves, or null
   *     for all leaves
   */
  Backward(
      boolean retainGraph, boolean createGraph, @Nullable Map<Entry, Optional<Tensor>> captured) {
    this.retainGraph = retainGraph;
    this.createGraph = createGraph;
    this.captured = captured;
  }

  void run(List<Entry> roots, List<Tensor> gradients) {
    List<Node> order = discover(roots);
    try (Scope _ = Context.current().withGrad(createGraph);
        Scope _ = Context.current().withAutocast(Optional.empty())) {
      for (int i = 0; i < roots.size(); i++) {
        contribute(roots.get(i), handle(gradients.get(i)));
        arrived(roots.get(i));
      }
      for (Node node : order) {
        step(node);
      }
    } finally {
      pending.values().forEach(Backward::release);
      leaves.values().forEach(leaf -> release(new Tensor[] {leaf.sum}));
    }
  }

  /** The nodes to go through, consumers first; counts the edges into each leaf. */
  private List<Node> discover(List<Entry> roots) {
    List<Node> nodes = reachable(roots);
    if (captured != null) {
      for (Node node : nodes.reversed()) { // producers first
        if (anyWanted(node.inputs)) {
          onTheWay.add(node);
        }
      }
      nodes.removeIf(node -> !onTheWay.contains(node) && !isCaptured(node.outputs));
    }
    for (Entry root : roots) {
      countEdge(root);
    }
    for (Node node : nodes) {
      if (passes(node)) {
        requireSaved(node);
        for (Entry input : node.inputs) {
          countEdge(input);
        }
      }
    }
    return nodes;
  }

  /** All nodes the roots were made from, consumers first. */
  private static List<Node> reachable(List<Entry> roots) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    var open = new ArrayDeque<Node>();
    for (Entry root : roots) {
      visit(root, seen, open);
    }
    while (!open.isEmpty()) {
      for (Entry input : open.pop().inputs) {
        visit(input, seen, open);
      }
    }
    var nodes = new ArrayList<>(seen);
    nodes.sort(Comparator.comparingLong((Node node) -> node.sequence).reversed());
    return nodes;
  }

  private static void visit(@Nullable Entry entry, Set<Node> seen, ArrayDeque<Node> open) {
    if (entry != null && entry.node != null && seen.add(entry.node)) {
      open.push(entry.node);
    }
  }

  private void countEdge(@Nullable Entry entry) {
    if (entry != null && entry.node == null && isWanted(entry)) {
      leaves.computeIfAbsent(entry, _ -> new Leaf()).left++;
    }
  }

  private static void requireSaved(Node node) {
    if (node.isReleased()) {
      throw new IllegalStateException(
          "backward: what "
              + node.name
              + " saved was released by an earlier backward; pass retainGraph to that one to go"
              + " through the graph again");
    }
  }

  /** Whether the pass goes through the node, and does not end at its outputs. */
  private boolean passes(Node node) {
    return captured == null || onTheWay.contains(node);
  }

  private boolean isWanted(Entry entry) {
    return captured == null
        || captured.containsKey(entry)
        || entry.node != null && onTheWay.contains(entry.node);
  }

  private boolean anyWanted(@Nullable Entry[] entries) {
    for (Entry entry : entries) {
      if (entry != null && isWanted(entry)) {
        return true;
      }
    }
    return false;
  }

  private boolean isCaptured(Entry[] entries) {
    for (Entry entry : entries) {
      if (captured != null && captured.containsKey(entry)) {
        return true;
      }
    }
    return false;
  }

  private void step(Node node) {
    @Nullable Tensor[] gradients = pending.remove(node);
    if (gradients != null) {
      try {
        for (int i = 0; i < gradients.length; i++) {
          Tensor gradient = gradients[i];
          if (gradient != null) {
            gradients[i] = arrivedAtOutput(node.outputs[i], gradient);
          }
        }
        if (passes(node)) {
          pull(node, gradients);
        }
      } finally {
        if (!createGraph) {
          release(gradients);
        }
      }
    }
    if (!passes(node)) {
      return;
    }
    if (!retainGraph) {
      node.release();
    }
    for (Entry input : node.inputs) {
      if (input != null) {
        arrived(input);
      }
    }
  }

  private void pull(Node node, @Nullable Tensor[] gradients) {
    try (var scope = TensorScope.open()) {
      node.gradient.pull(new NodePull(node, gradients, scope));
    } catch (RuntimeException e) {
      node.place.filter(place -> e.getCause() != place).ifPresent(e::addSuppressed);
      throw e;
    }
  }

  /** Hooks, retained and captured gradients of a tensor that is no leaf. */
  private Tensor arrivedAtOutput(Entry entry, Tensor gradient) {
    Tensor result = hooked(entry, gradient);
    if (entry.retainsGrad) {
      entry.accumulate(handle(result), createGraph);
    }
    if (captured != null && captured.containsKey(entry)) {
      captured.put(entry, Optional.of(handle(result)));
    }
    return result;
  }

  /** Counts an edge into a leaf; the last one completes its gradient. */
  private void arrived(Entry entry) {
    Leaf leaf = entry.isLeaf() ? leaves.get(entry) : null;
    if (leaf == null || --leaf.left > 0) {
      return;
    }
    Tensor sum = leaf.sum;
    leaf.sum = null;
    if (sum == null) {
      return;
    }
    Tensor gradient = hooked(entry, sum);
    if (captured != null) {
      if (captured.containsKey(entry)) {
        captured.put(entry, Optional.of(gradient));
      } else if (!createGraph) {
        gradient.release();
      }
      return;
    }
    entry.accumulate(gradient, createGraph);
    Tensor tensor = entry.tensor;
    if (tensor != null) {
      for (var hook : List.copyOf(entry.accumulateHooks())) {
        hook.accept(tensor);
      }
    }
  }

  private Tensor hooked(Entry entry, Tensor gradient) {
    Tensor current = gradient;
    for (var hook : List.copyOf(entry.hooks())) {
      // The hook may keep what it is shown, so it is shown a handle of its own.
      Tensor replaced = handle(hook.apply(handle(current)));
      if (!replaced.shape().equals(gradient.shape())) {
        throw new ShapeException(
            "gradient hook: returned "
                + replaced.shape()
                + " for a gradient of "
                + gradient.shape());
      }
      if (!createGraph) {
        current.release();
      }
      current = replaced;
    }
    return current;
  }

  /** Adds an owned gradient to what has reached {@code entry}. */
  private void contribute(Entry entry, Tensor gradient) {
    if (entry.node == null) {
      Leaf leaf = leaves.get(entry);
      if (leaf != null) {
        leaf.sum = plus(leaf.sum, gradient);
      }
      return;
    }
    var slots = pending.computeIfAbsent(entry.node, node -> new Tensor[node.outputs.length]);
    slots[entry.output] = plus(slots[entry.output], gradient);
  }

  private Tensor plus(@Nullable Tensor sum, Tensor gradient) {
    if (sum == null) {
      return gradient;
    }
    Tensor total = sum.add(gradient);
    Tensor own = handle(total);
    if (!createGraph) {
      total.release();
      sum.release();
      gradient.release();
    }
    return own;
  }

  /** A handle that no scope and no user releases. */
  private static Tensor handle(Tensor tensor) {
    Tensor own = tensor.alias();
    own.tapeEntry(tensor.tapeEntry());
    return own;
  }

  private static void release(@Nullable Tensor[] tensors) {
    for (Tensor tensor : tensors) {
      if (tensor != null) {
        tensor.release();
      }
    }
  }

  private final class NodePull implements Gradient.Pull {
    private final Node node;
    private final @Nullable Tensor[] gradients;
    private final TensorScope scope;

    NodePull(Node node, @Nullable Tensor[] gradients, TensorScope scope) {
      this.node = node;
      this.gradients = gradients;
      this.scope = scope;
    }

    @Override
    public boolean needs(int input) {
      Entry entry = node.inputs[input];
      return entry != null && isWanted(entry);
    }

    @Override
    public boolean hasGrad(int output) {
      return gradients[output] != null;
    }

    @Override
    public Tensor grad(int output) {
      Tensor gradient = gradients[output];
      if (gradient != null) {
        return gradient;
      }
      TensorSpec spec = node.outputSpecs[output];
      return Tensor.zeros(spec.shape(), spec.dtype(), spec.device());
    }

    @Override
    public Tensor input(int index) {
      return node.savedInput(index);
    }

    @Override
    public Tensor output(int index) {
      return node.savedOutput(index);
    }

    @Override
    public TensorSpec inputSpec(int index) {
      return node.inputSpecs[index];
    }

    @Override
    public int inputs() {
      return node.inputs.length;
    }

    @Override
    public boolean createGraph() {
      return createGraph;
    }

    @Override
    public void give(int input, Tensor gradient) {
      Entry entry = node.inputs[input];
      if (entry == null || !isWanted(entry)) {
        return;
      }
      TensorSpec wanted = node.inputSpecs[input];
      if (!gradient.shape().equals(wanted.shape())) {
        throw new ShapeException(
            "backward of "
                + node.name
                + ": gradient "
                + gradient.shape()
                + " for input "
                + input
                + " of shape "
                + wanted.shape());
      }
      Anomaly.check(node, input, gradient);
      Tensor given = gradient.to(wanted.dtype());
      if (createGraph) {
        scope.keep(given);
      }
      contribute(entry, handle(given));
    }

    @Override
    public String toString() {
      return node.name + Arrays.toString(node.outputSpecs);
    }
  }
}
