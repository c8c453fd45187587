package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Nested;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Recomputes in backward what a function saved in forward. The ops are recorded as ever, but what
 * they save is only numbered; the first number that backward asks for runs the function again, with
 * the random numbers and the autocast of before, and keeps what is saved then.
 *
 * @param <I> the function's input
 * @param <O> its output
 */
final class Checkpoint<I, O> {

  private final Function<? super I, ? extends O> body;
  private final I input;
  private final List<Integer> inputVersions = new ArrayList<>();
  private final long seed;
  private final long offset;
  private final Optional<DType> autocast;
  private final List<TensorSpec> specs = new ArrayList<>();
  private @Nullable List<Tensor> recomputed;

  /** What still needs the input: forward while it runs, and each tensor it saved. */
  private int holders = 1;

  private Checkpoint(Function<? super I, ? extends O> body, I input) {
    this.body = body;
    this.input = Nested.mapTensors(input, Checkpoint::own);
    for (Tensor tensor : Nested.tensors(input)) {
      inputVersions.add(tensor.storage().version());
    }
    Context context = Context.current();
    Generator generator = context.generator();
    this.seed = generator.seed();
    this.offset = generator.offset();
    this.autocast = context.autocast();
  }

  /** A handle that no scope releases, with the same history. */
  private static Tensor own(Tensor tensor) {
    Tensor own = tensor.alias();
    own.tapeEntry(tensor.tapeEntry());
    return own;
  }

  /** See {@link Autograd#checkpoint}. */
  static <I, O> O run(Function<? super I, ? extends O> body, I input) {
    if (!Context.current().gradEnabled()) {
      return body.apply(input);
    }
    var checkpoint = new Checkpoint<I, O>(body, input);
    try (var scope = TensorScope.open();
        var _ = SavedTensors.use(checkpoint::number)) {
      return scope.keepAll(body.apply(input));
    } finally {
      checkpoint.letGo();
    }
  }

  private SavedTensors.Packed number(Tensor source) {
    int index = specs.size();
    specs.add(source.spec());
    holders++;
    return new SavedTensors.Packed() {
      @Override
      public Tensor unpack() {
        return recomputed(index);
      }

      @Override
      public void release() {
        letGo();
      }
    };
  }

  private Tensor recomputed(int index) {
    List<Tensor> tensors = recomputed;
    if (tensors == null) {
      tensors = recompute();
      recomputed = tensors;
    }
    return tensors.get(index);
  }

  private List<Tensor> recompute() {
    requireUnchanged();
    Context context = Context.current();
    var found = new ArrayList<Tensor>();
    var handles = new ArrayList<SavedTensors.Handle>();
    try (var _ = TensorScope.open();
        var _ = context.withGrad(true);
        var _ = context.withAutocast(autocast);
        var _ = context.withGenerator(new Generator(seed).setState(seed, offset));
        var _ =
            SavedTensors.use(
                source -> {
                  found.add(source.alias());
                  var handle = new SavedTensors.Handle(source);
                  handles.add(handle);
                  return handle;
                })) {
      var _ = body.apply(input);
      requireSame(found);
      return found;
    } catch (Throwable e) {
      found.forEach(Tensor::release);
      throw e;
    } finally {
      handles.forEach(SavedTensors.Handle::release);
    }
  }

  private void requireUnchanged() {
    List<Tensor> inputs = Nested.tensors(input);
    for (int i = 0; i < inputs.size(); i++) {
      int changes = inputs.get(i).storage().version() - inputVersions.get(i);
      if (changes != 0) {
        throw new IllegalStateException(
            "checkpoint: input "
                + i
                + " ("
                + inputs.get(i).spec()
                + ") was changed in place "
                + changes
                + " time(s) since forward, so it cannot be recomputed; copy() it first");
      }
    }
  }

  private void requireSame(List<Tensor> found) {
    List<TensorSpec> now = found.stream().map(Tensor::spec).toList();
    for (int i = 0; i < Math.max(now.size(), specs.size()); i++) {
      String before = i < specs.size() ? specs.get(i).toString() : "nothing";
      String after = i < now.size() ? now.get(i).toString() : "nothing";
      if (!before.equals(after)) {
        throw new IllegalStateException(
            "checkpoint: the function saved "
                + before
                + " as tensor "
                + i
                + " in forward, and "
                + after
                + " when it ran again; it must do the same each time");
      }
    }
  }

  private void letGo() {
    if (--holders > 0) {
      return;
    }
    if (recomputed != null) {
      recomputed.forEach(Tensor::release);
    }
    Nested.forEachTensor(input, Tensor::release);
  }
}
