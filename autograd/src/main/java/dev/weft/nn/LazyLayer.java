package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A layer that takes its number of inputs from the first tensor it meets, or from the first state
 * dict. From then on its parameters, buffers and text are those of the layer it has built, without
 * a further name in front, as in PyTorch. Before that it can be moved and converted, but not asked
 * for parameters or state: an optimizer would silently miss them.
 *
 * @param <M> the layer that it becomes
 */
public abstract class LazyLayer<M extends Module<Tensor, Tensor>> extends Module<Tensor, Tensor> {

  /** Moves with the module, and so knows where the layer is wanted and in which dtype. */
  private final Buffer place = Buffer.of(Tensor.zeros(0), false);

  private Optional<M> layer = Optional.empty();

  LazyLayer() {}

  /** The layer for this many inputs. */
  abstract M build(long inputs);

  /** How many inputs {@code x} has. */
  abstract long inputs(Tensor x);

  /** How many inputs the layer has whose first parameter or buffer is {@code state}. */
  abstract long inputsOf(Tensor state);

  /** The layer that was built. */
  public final M layer() {
    requireComplete();
    return layer.orElseThrow();
  }

  @Override
  protected Tensor forward(Tensor x) {
    if (layer.isEmpty()) {
      become(inputs(x));
    }
    M built = layer.orElseThrow();
    if (built.isTraining() != isTraining()) {
      built.train(isTraining());
    }
    return built.forward(x);
  }

  private void become(long inputs) {
    DType dtype = place.dtype();
    try (var _ = Context.current().withDefaultDtype(dtype);
        var _ = Context.current().withDefaultDevice(place.device())) {
      layer = Optional.of(build(inputs));
    }
  }

  /** The channels of a batch (N, C, *) or a sample (C, *), with {@code dims} sizes for the star. */
  final long channels(Tensor x, int dims) {
    if (x.rank() != dims + 1 && x.rank() != dims + 2) {
      throw new ShapeException(
          typeName() + ": " + x.shape() + ": needs " + (dims + 1) + " or " + (dims + 2) + " sizes");
    }
    return x.size(-dims - 1);
  }

  @Override
  final void requireComplete() {
    if (layer.isEmpty()) {
      throw new IllegalStateException(
          typeName()
              + ": has no parameters yet: its number of inputs is unknown; call it with a batch"
              + " first");
    }
  }

  @Override
  final void completeFrom(Map<String, ? extends Tensor> state, String prefix) {
    for (String name : new String[] {"weight", "running_mean"}) {
      Tensor found = state.get(prefix + name);
      if (layer.isEmpty() && found != null) {
        become(inputsOf(found));
      }
    }
  }

  @Override
  final void members(BiConsumer<String, Object> visitor) {
    if (layer.isPresent()) {
      layer.get().members(visitor);
    } else {
      visitor.accept("place", place);
    }
  }

  @Override
  final String typeName() {
    return layer.isPresent() ? layer.get().typeName() : super.typeName();
  }

  @Override
  protected String extraRepr() {
    return layer.map(Module::extraRepr).orElse("number of inputs unknown");
  }
}
