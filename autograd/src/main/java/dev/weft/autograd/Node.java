package dev.weft.autograd;

import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import dev.weft.engine.op.Gradient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** One recorded op: its gradient, what it saved, and the entries its inputs came from. */
final class Node {

  private static final AtomicLong NEXT = new AtomicLong();

  /** Later nodes have larger numbers, so descending order visits consumers before producers. */
  final long sequence = NEXT.getAndIncrement();

  /** The op or function; its text is asked for only when something is wrong. */
  final Object name;

  final Gradient gradient;
  final @Nullable Entry[] inputs;
  final TensorSpec[] inputSpecs;
  final TensorSpec[] outputSpecs;
  final Entry[] outputs;
  private final @Nullable Saved[] savedInputs;
  private final @Nullable Saved[] savedOutputs;
  private final List<Saved> savedByFunction = new ArrayList<>(0);
  private boolean released;

  /** Where the op was called, when anomalies are looked for. */
  final Optional<Anomaly.CallPlace> place;

  Node(Object name, Gradient gradient, Tensor[] inputs, int outputCount) {
    this.name = name;
    this.place = Anomaly.place(name);
    this.gradient = gradient;
    this.inputs = new Entry[inputs.length];
    this.inputSpecs = new TensorSpec[inputs.length];
    this.outputSpecs = new TensorSpec[outputCount];
    this.outputs = new Entry[outputCount];
    this.savedInputs = new Saved[inputs.length];
    this.savedOutputs = new Saved[outputCount];
    int needs = 0;
    for (int i = 0; i < inputs.length; i++) {
      this.inputSpecs[i] = inputs[i].spec();
      this.inputs[i] = (Entry) inputs[i].tapeEntry().orElse(null);
      if (this.inputs[i] != null && i < Integer.SIZE) {
        needs |= 1 << i;
      }
      requireFresh(inputs[i], this.inputs[i]);
    }
    this.saves = gradient.saves(needs);
    for (int i = 0; i < inputs.length && i < Integer.SIZE; i++) {
      if ((saves.inputs() & 1 << i) != 0) {
        savedInputs[i] = new Saved(inputs[i]);
      }
    }
  }

  private final Gradient.Saves saves;

  /** A view sees what is done to its base, but its recorded history does not. */
  private void requireFresh(Tensor input, @Nullable Entry entry) {
    if (entry != null
        && !entry.isLeaf()
        && input.isView()
        && entry.version != input.storage().version()) {
      throw new IllegalStateException(
          name
              + ": a view of "
              + input.spec()
              + " was taken before its base was changed in place, so its gradient would be wrong;"
              + " take the view again after the change");
    }
  }

  /** Attaches the outputs, once their values are in place. */
  void attach(Tensor[] results) {
    attach(results, _ -> true);
  }

  /** As {@link #attach(Tensor[])}, but only outputs whose numbers pass the test are tracked. */
  void attach(Tensor[] results, IntPredicate differentiable) {
    for (int i = 0; i < results.length; i++) {
      outputSpecs[i] = results[i].spec();
      outputs[i] = Entry.made(this, i, results[i].storage().version());
      if (results[i].dtype().isInexact() && differentiable.test(i)) {
        results[i].tapeEntry(Optional.of(outputs[i]));
      }
      if ((saves.outputs() & 1 << i) != 0) {
        savedOutputs[i] = new Saved(results[i]);
      }
    }
  }

  /** Before {@code target} is overwritten: what was saved of its memory becomes a copy. */
  void saveBefore(Tensor target, Tensor[] inputs) {
    for (int i = 0; i < savedInputs.length; i++) {
      Saved saved = savedInputs[i];
      if (saved != null && inputs[i].storage() == target.storage()) {
        saved.release();
        savedInputs[i] = Saved.copyOf(inputs[i]);
      }
    }
  }

  /** Lets {@code saved} end with the node. */
  void owns(List<Saved> saved) {
    savedByFunction.addAll(saved);
  }

  boolean isReleased() {
    return released;
  }

  Tensor savedInput(int index) {
    return saved(savedInputs[index], "input " + index);
  }

  Tensor savedOutput(int index) {
    return saved(savedOutputs[index], "output " + index);
  }

  private Tensor saved(@Nullable Saved saved, String role) {
    if (saved == null) {
      throw new IllegalStateException(
          "backward of " + name + ": " + role + " was not saved; its gradient must declare it");
    }
    return saved.get(name, role);
  }

  /** Gives back what was saved. Backward through this node is over. */
  void release() {
    released = true;
    for (Saved saved : savedInputs) {
      if (saved != null) {
        saved.release();
      }
    }
    for (Saved saved : savedOutputs) {
      if (saved != null) {
        saved.release();
      }
    }
    savedByFunction.forEach(Saved::release);
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
