package dev.weft.fabric.precision;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Parameter;
import dev.weft.optim.Optimizer;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Keeps float16 gradients out of the range where they become 0: the loss is multiplied by a scale,
 * gradients are divided by it again before the step, and a step whose gradients are not all finite
 * is left out. The scale grows after many good steps and shrinks after a bad one.
 *
 * <p>Defaults: scale 65,536; ×2 after 2,000 good steps in a row, ×½ after a bad one. Source:
 * Micikevicius and others, "Mixed Precision Training", 2018; PyTorch's {@code
 * torch.amp.GradScaler}, whose state dict it shares.
 *
 * <p>Confined to its rank. Ranks that average gradients agree about their scales by themselves,
 * because an infinity on one reaches all.
 */
public final class GradScaler {

  private static final double INITIAL_SCALE = 65_536;
  private static final double GROWTH = 2;
  private static final double BACKOFF = 0.5;
  private static final int INTERVAL = 2000;

  private enum Stage {
    UNSCALED,
    STEPPED
  }

  private record Progress(Stage stage, boolean finite) {}

  private final double initialScale;
  private double scale;
  private double growthFactor;
  private double backoffFactor;
  private long growthInterval;
  private long goodSteps;
  private final Map<Optimizer, Progress> progress = new IdentityHashMap<>();

  /** With PyTorch's defaults. */
  public GradScaler() {
    this(INITIAL_SCALE, GROWTH, BACKOFF, INTERVAL);
  }

  /**
   * @param initialScale what losses are multiplied by at first
   * @param growthFactor above 1
   * @param backoffFactor between 0 and 1
   * @param growthInterval how many good steps in a row let the scale grow
   */
  public GradScaler(
      double initialScale, double growthFactor, double backoffFactor, long growthInterval) {
    if (!(initialScale > 0)
        || !(growthFactor > 1)
        || !(backoffFactor > 0 && backoffFactor < 1)
        || growthInterval < 1) {
      throw new IllegalArgumentException(
          "GradScaler: initialScale "
              + initialScale
              + " must be above 0, growthFactor "
              + growthFactor
              + " above 1, backoffFactor "
              + backoffFactor
              + " between 0 and 1, growthInterval "
              + growthInterval
              + " at least 1");
    }
    this.initialScale = initialScale;
    this.scale = initialScale;
    this.growthFactor = growthFactor;
    this.backoffFactor = backoffFactor;
    this.growthInterval = growthInterval;
  }

  /** Another one with the same settings, from the start. */
  GradScaler fresh() {
    return new GradScaler(initialScale, growthFactor, backoffFactor, growthInterval);
  }

  /** What losses are multiplied by now. */
  public double scale() {
    return scale;
  }

  /** The loss, scaled, in float32 or wider. */
  public Tensor scale(Tensor loss) {
    Tensor wide = loss.dtype().isHalf() ? loss.to(DType.FLOAT32) : loss;
    return wide.mul(scale);
  }

  /**
   * Divides the gradients of an optimizer's parameters by the scale, and looks whether they are
   * finite. Once between two calls of {@link #update}.
   */
  public void unscale(Optimizer optimizer) {
    Progress before = progress.get(optimizer);
    if (before != null) {
      throw new IllegalStateException(
          before.stage() == Stage.UNSCALED
              ? "unscale: the gradients of this optimizer were unscaled since the last update"
              : "unscale: this optimizer has stepped since the last update");
    }
    // The reciprocal is taken in float64 and rounded once, as in PyTorch.
    double inverse = (float) (1 / scale);
    boolean finite = true;
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      for (Parameter parameter : optimizer.parameters()) {
        Optional<Tensor> found = parameter.grad();
        if (found.isPresent()) {
          Tensor gradient = found.get();
          if (gradient.dtype() == DType.FLOAT16) {
            throw new DTypeException(
                "unscale: a gradient of "
                    + gradient.spec()
                    + ": float16 gradients cannot be unscaled without loss; keep weights in"
                    + " float32 (16-mixed), not float16 (16-true)");
          }
          finite &= gradient.isfinite().all().itemLong() == 1;
          gradient.mulInPlace(inverse);
        }
      }
    }
    progress.put(optimizer, new Progress(Stage.UNSCALED, finite));
  }

  /**
   * Unscales the gradients, unless that was done, and runs the step if they are finite.
   *
   * @return what the step returned; empty when it was left out
   */
  public Optional<Tensor> step(Optimizer optimizer, Supplier<Optional<Tensor>> step) {
    Progress before = progress.get(optimizer);
    if (before != null && before.stage() == Stage.STEPPED) {
      throw new IllegalStateException("step: called twice since the last update");
    }
    if (optimizer.parameters().stream().allMatch(p -> p.grad().isEmpty())) {
      throw new IllegalStateException(
          "step: no parameter of this optimizer has a gradient; call fabric.backward first");
    }
    if (before == null) {
      unscale(optimizer);
    }
    boolean finite = progress.getOrDefault(optimizer, new Progress(Stage.UNSCALED, true)).finite();
    progress.put(optimizer, new Progress(Stage.STEPPED, finite));
    return finite ? step.get() : Optional.empty();
  }

  /** Adapts the scale to how the steps since the last update went. */
  public void update() {
    boolean finite = progress.values().stream().allMatch(Progress::finite);
    progress.clear();
    if (!finite) {
      scale *= backoffFactor;
      goodSteps = 0;
    } else if (++goodSteps == growthInterval) {
      // As in PyTorch, a scale that float32 cannot hold is not taken.
      scale = Float.isFinite((float) (scale * growthFactor)) ? scale * growthFactor : scale;
      goodSteps = 0;
    }
  }

  /** Settings and progress, under PyTorch's names. */
  public Map<String, Object> stateDict() {
    var state = new LinkedHashMap<String, Object>();
    state.put("scale", scale);
    state.put("growth_factor", growthFactor);
    state.put("backoff_factor", backoffFactor);
    state.put("growth_interval", growthInterval);
    state.put("_growth_tracker", goodSteps);
    return state;
  }

  /** Continues from what {@link #stateDict} returned, here or in PyTorch. */
  public void loadStateDict(Map<String, ?> state) {
    double newScale = number(state, "scale");
    double growth = number(state, "growth_factor");
    double backoff = number(state, "backoff_factor");
    long interval = (long) number(state, "growth_interval");
    long good = (long) number(state, "_growth_tracker");
    scale = newScale;
    growthFactor = growth;
    backoffFactor = backoff;
    growthInterval = interval;
    goodSteps = good;
  }

  private static double number(Map<String, ?> state, String key) {
    if (state.get(key) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(
        "GradScaler.loadStateDict: '" + key + "' is missing or no number; nothing was loaded");
  }
}
