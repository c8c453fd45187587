package dev.weft.autograd;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one call of an {@link AutogradFunction} hands from forward to backward. Confined to the
 * thread of the call, and later to that of backward.
 */
public final class FunctionContext {

  private final String function;
  private final boolean records;
  private final boolean[] needs;
  private final List<Tensor> toSave = new ArrayList<>();
  private final List<Saved> saved = new ArrayList<>();
  private final Map<String, Object> values = new HashMap<>();
  private final Set<Tensor> dirty = identitySet();
  private final Set<Tensor> nonDifferentiable = identitySet();
  private boolean materializeGrads = true;
  private boolean onceDifferentiable;
  private boolean[] arrived = {};
  private @Nullable Node node;

  FunctionContext(String function, Tensor[] inputs, boolean records) {
    this.function = function;
    this.records = records;
    this.needs = new boolean[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      needs[i] = records && inputs[i].requiresGrad();
    }
  }

  private static Set<Tensor> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  // ---------------------------------------------------------------------------------- forward

  /**
   * Keeps tensors for backward: inputs, outputs, or others, which count as constants there. A later
   * change in place of one of them is found out. Replaces what was kept before.
   */
  public void saveForBackward(Tensor... tensors) {
    toSave.clear();
    toSave.addAll(Arrays.asList(tensors));
  }

  /** Keeps a value that is no tensor under a name. */
  public void put(String name, Object value) {
    values.put(name, value);
  }

  /** Says that forward changes these inputs in place; they must be among the outputs. */
  public void markDirty(Tensor... inputs) {
    for (Tensor input : inputs) {
      if (records) {
        GraphTape.requireNoLeaf(function, input);
      }
    }
    dirty.addAll(Arrays.asList(inputs));
  }

  /** Says that these outputs are constants for backward. Integer outputs are anyway. */
  public void markNonDifferentiable(Tensor... outputs) {
    nonDifferentiable.addAll(Arrays.asList(outputs));
  }

  /**
   * Whether backward gets zeros for outputs that no gradient reached, as it does from the start.
   * Without, it gets zeros that repeat one element and cost no memory, and may ask {@link
   * #hasGradient} to leave work out.
   */
  public void setMaterializeGrads(boolean on) {
    materializeGrads = on;
  }

  /** Says that backward has no gradient itself; asking for one is an error then. */
  public void setOnceDifferentiable() {
    onceDifferentiable = true;
  }

  // ---------------------------------------------------------------------------------- backward

  /** What was saved, in the order of {@link #saveForBackward}. */
  public List<Tensor> savedTensors() {
    var tensors = new ArrayList<Tensor>();
    for (int i = 0; i < saved.size(); i++) {
      tensors.add(savedTensor(i));
    }
    return tensors;
  }

  /** One of the saved tensors, tracked as it was. */
  public Tensor savedTensor(int index) {
    if (index < 0 || index >= saved.size()) {
      throw new IllegalStateException(
          function
              + ": saved tensor "
              + index
              + " is asked for, but forward saved "
              + saved.size());
    }
    if (node != null && node.isReleased()) {
      throw new IllegalStateException(
          function
              + ": saved tensors were released by an earlier backward; pass retainGraph to that"
              + " one");
    }
    return saved.get(index).get(function, "saved tensor " + index);
  }

  /** A value that forward kept. */
  public <T> T get(String name, Class<T> type) {
    Object value = values.get(name);
    if (!type.isInstance(value)) {
      throw new IllegalStateException(
          function
              + ": '"
              + name
              + "' is "
              + (value == null ? "not set" : "a " + value.getClass().getSimpleName())
              + "; forward must put a "
              + type.getSimpleName());
    }
    return type.cast(value);
  }

  /** Whether the gradient of this input is wanted; in forward already. */
  public boolean needsInputGrad(int input) {
    if (input < 0 || input >= needs.length) {
      throw new IndexOutOfBoundsException(
          function + ": input " + input + " of " + needs.length + " inputs");
    }
    return needs[input];
  }

  /** Whether a gradient reached this output; otherwise backward was given zeros. */
  public boolean hasGradient(int output) {
    return output >= 0 && output < arrived.length && arrived[output];
  }

  // ---------------------------------------------------------------------------------- for the tape

  boolean isDirty(Tensor tensor) {
    return dirty.contains(tensor);
  }

  boolean isDifferentiable(Tensor output) {
    return !nonDifferentiable.contains(output);
  }

  boolean materializesGrads() {
    return materializeGrads;
  }

  boolean isOnceDifferentiable() {
    return onceDifferentiable;
  }

  void arrived(boolean[] outputs) {
    arrived = outputs;
  }

  void requireDirtyReturned(List<Tensor> outputs) {
    for (Tensor tensor : dirty) {
      if (outputs.stream().noneMatch(output -> output == tensor)) {
        throw new IllegalStateException(
            function
                + ": a tensor of "
                + tensor.spec()
                + " was marked dirty, but is not among the outputs; return it");
      }
    }
  }

  /** Called when the outputs are attached, so that saved outputs are tracked as such. */
  void recorded(Node recorded) {
    node = recorded;
    toSave.forEach(tensor -> saved.add(new Saved(tensor)));
    toSave.clear();
    recorded.owns(saved);
  }
}
