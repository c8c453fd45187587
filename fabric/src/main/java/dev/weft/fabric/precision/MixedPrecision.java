package dev.weft.fabric.precision;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.optim.Optimizer;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@code 16-mixed} and {@code bf16-mixed}: weights stay in float32; matrix products and what else
 * autocast lists run in 16 bits. With float16, small gradients would vanish, so the loss is scaled
 * by a {@link GradScaler}.
 *
 * <p>Confined to its rank.
 */
public final class MixedPrecision implements Precision {

  private final String name;
  private final DType dtype;
  private final Optional<GradScaler> scaler;

  private MixedPrecision(String name, DType dtype, Optional<GradScaler> scaler) {
    this.name = name;
    this.dtype = dtype;
    this.scaler = scaler;
  }

  /** float16 with a scaler of these settings. */
  public static MixedPrecision float16(GradScaler scaler) {
    return new MixedPrecision("16-mixed", DType.FLOAT16, Optional.of(scaler));
  }

  /** float16 with PyTorch's scaler. */
  public static MixedPrecision float16() {
    return float16(new GradScaler());
  }

  /** bfloat16, whose range is that of float32, so that nothing need be scaled. */
  public static MixedPrecision bfloat16() {
    return new MixedPrecision("bf16-mixed", DType.BFLOAT16, Optional.empty());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Precision forRank() {
    return new MixedPrecision(name, dtype, scaler.map(GradScaler::fresh));
  }

  /** The dtype that autocast computes in. */
  public DType dtype() {
    return dtype;
  }

  /** What scales the loss; only with float16. */
  public Optional<GradScaler> scaler() {
    return scaler;
  }

  @Override
  public Scope forwardContext() {
    return Context.current().withAutocast(Optional.of(dtype));
  }

  @Override
  public <T> T convertInput(T input) {
    return Floats.to(dtype, input);
  }

  @Override
  public <T> T convertOutput(T output) {
    return Floats.to(Context.current().defaultDtype(), output);
  }

  @Override
  public boolean touchesForward() {
    return true;
  }

  @Override
  public void backward(Tensor loss, Consumer<Tensor> backward) {
    backward.accept(scaler.isPresent() ? scaler.get().scale(loss) : loss);
  }

  /** As upstream, with bfloat16 too, so that programs do not come to rely on one of the two. */
  @Override
  public boolean needsFabricBackward() {
    return true;
  }

  @Override
  public boolean touchesStep() {
    return scaler.isPresent();
  }

  @Override
  public Optional<Tensor> step(
      Optimizer optimizer,
      Optional<Supplier<Tensor>> closure,
      Function<Optional<Supplier<Tensor>>, Optional<Tensor>> step) {
    if (scaler.isEmpty()) {
      return step.apply(closure);
    }
    if (closure.isPresent()) {
      throw new IllegalStateException(
          "step: a closure does not go with precision '"
              + name
              + "', which may have to leave the step out; call backward and then step()");
    }
    Optional<Tensor> loss = scaler.get().step(optimizer, () -> step.apply(Optional.empty()));
    scaler.get().update();
    return loss;
  }

  @Override
  public void unscaleGradients(Optimizer optimizer) {
    scaler.ifPresent(s -> s.unscale(optimizer));
  }

  @Override
  public Map<String, Object> stateDict() {
    return scaler.map(GradScaler::stateDict).orElse(Map.of());
  }

  @Override
  public void loadStateDict(Map<String, ?> state) {
    scaler.ifPresent(s -> s.loadStateDict(state));
  }

  @Override
  public String toString() {
    return name;
  }
}
