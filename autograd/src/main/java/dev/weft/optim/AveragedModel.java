package dev.weft.optim;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Buffer;
import dev.weft.nn.Module;
import java.util.Map;

/**
 * A copy of a model whose weights are the average of those that training went through: a ← a + (p −
 * a) / (n + 1) for the n-th, or exponentially, a ← βa + (1 − β)p. It begins with the weights of the
 * first update.
 *
 * {@snippet :
 * var average = AveragedModel.exponential(model, 0.999);
 * for (var batch : batches) {
 *   …                                  // a step of the optimizer
 *   average.updateParameters(model);
 * }
 * average.eval().apply(x);
 * }
 *
 * <p>Buffers such as running statistics are copied with each update, or averaged too; {@link
 * dev.weft.nn.NNUtils#updateBn} computes those of the averaged weights at the end. The state dict
 * holds {@code n_averaged}, and the model's under {@code module}, as in PyTorch. Sources: Izmailov
 * et al., "Averaging weights leads to wider optima and better generalization", 2018; Polyak,
 * Juditsky, 1992.
 *
 * @param <I> the model's input
 * @param <O> the model's output
 */
public final class AveragedModel<I, O> extends Module<I, O> {

  /** From an average, a new value and how many are in the average to the next average. */
  @FunctionalInterface
  public interface Average {
    Tensor next(Tensor average, Tensor value, long count);
  }

  private final Buffer n_averaged = Buffer.of(Tensor.full(Shape.SCALAR, 0L, DType.INT64));
  private final Module<I, O> module;
  private final transient Average average;
  private final boolean averagesBuffers;

  private AveragedModel(Module<I, O> model, Average average, boolean averagesBuffers) {
    this.module = Module.deepCopy(model);
    this.average = average;
    this.averagesBuffers = averagesBuffers;
  }

  /** The mean of all updates: stochastic weight averaging. */
  public static <I, O> AveragedModel<I, O> equal(Module<I, O> model) {
    return of(model, (a, p, n) -> a.add(p.sub(a).div((double) (n + 1))), false);
  }

  /** An average in which an update counts β times as much as the next. */
  public static <I, O> AveragedModel<I, O> exponential(Module<I, O> model, double decay) {
    if (!(decay >= 0 && decay <= 1)) {
      throw new IllegalArgumentException("AveragedModel: decay " + decay + ": must be from 0 to 1");
    }
    return of(model, (a, p, _) -> a.mul(decay).add(p.mul(1 - decay)), false);
  }

  /**
   * Any average.
   *
   * @param averagesBuffers whether floating buffers are averaged, instead of copied
   */
  public static <I, O> AveragedModel<I, O> of(
      Module<I, O> model, Average average, boolean averagesBuffers) {
    return new AveragedModel<>(model, average, averagesBuffers);
  }

  /** The model with the averaged weights. */
  public Module<I, O> module() {
    return module;
  }

  /** How many updates are in the average. */
  public long count() {
    return n_averaged.itemLong();
  }

  @Override
  protected O forward(I input) {
    return module.apply(input);
  }

  /** Takes the weights that {@code model} has now into the average. */
  public void updateParameters(Module<?, ?> model) {
    long count = count();
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      Map<String, ? extends Tensor> values = model.namedParameters();
      module
          .namedParameters()
          .forEach((name, mine) -> update(mine, value(name, values, mine), count));
      Map<String, ? extends Tensor> buffers = model.namedBuffers();
      module
          .namedBuffers()
          .forEach(
              (name, mine) -> {
                boolean averages = averagesBuffers && mine.dtype().isFloating();
                update(mine, value(name, buffers, mine), averages ? count : 0);
              });
      n_averaged.copyFrom(Tensor.full(Shape.SCALAR, count + 1, DType.INT64));
    }
  }

  private static Tensor value(String name, Map<String, ? extends Tensor> values, Tensor mine) {
    Tensor value = values.get(name);
    if (value == null || !value.shape().equals(mine.shape())) {
      throw new IllegalArgumentException(
          "AveragedModel: "
              + name
              + " is "
              + mine.shape()
              + " in the average, "
              + (value == null ? "missing" : value.shape().toString())
              + " in the model; update with the model it was made from");
    }
    return value.detach().to(mine.device());
  }

  private void update(Tensor mine, Tensor value, long count) {
    mine.copyFrom(count == 0 ? value : average.next(mine.detach(), value, count));
  }
}
