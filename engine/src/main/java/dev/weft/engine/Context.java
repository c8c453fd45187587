package dev.weft.engine;

import dev.weft.engine.spi.Backend;
import dev.weft.engine.spi.OpWatcher;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What ops look up on their thread: the open scope, whether gradients are recorded, the default
 * dtype and device, autocast, the random generator and, in tests, another backend. A rank is a
 * thread, so none of it is global.
 *
 * <p>Confined to its thread. What a {@code with…} method returns restores the old value; nest with
 * try-with-resources.
 */
public final class Context {

  private static final ThreadLocal<Context> CURRENT = ThreadLocal.withInitial(Context::new);

  @Nullable TensorScope scope;
  boolean gradEnabled = true;
  boolean inferenceMode;
  DType defaultDtype = DType.FLOAT32;
  Device defaultDevice = Device.CPU;
  private @Nullable Generator generator;
  Optional<DType> autocast = Optional.empty();
  Optional<Backend> backend = Optional.empty();
  @Nullable OpWatcher watcher;

  private Context() {}

  /** This thread's. */
  public static Context current() {
    return CURRENT.get();
  }

  /** Whether ops are recorded for backward. */
  public boolean gradEnabled() {
    return gradEnabled;
  }

  /** Whether tensors are made that can never take part in backward. */
  public boolean inferenceMode() {
    return inferenceMode;
  }

  /** The dtype of floating tensors that are made without one. */
  public DType defaultDtype() {
    return defaultDtype;
  }

  /** The device of tensors that are made without one. */
  public Device defaultDevice() {
    return defaultDevice;
  }

  /** The dtype that eligible ops compute in, if autocast is on. */
  public Optional<DType> autocast() {
    return autocast;
  }

  /**
   * The generator of random ops that are given none. Made with seed 0x5EED when first asked for.
   */
  public Generator generator() {
    if (generator == null) {
      generator = new Generator(Generator.DEFAULT_SEED);
    }
    return generator;
  }

  /** Replaces this thread's generator. */
  public void generator(Generator replacement) {
    generator = replacement;
  }

  /** Tensors made meanwhile belong to no scope: they live as long as somebody holds them. */
  public Scope withoutScope() {
    TensorScope before = scope;
    scope = null;
    return () -> scope = before;
  }

  public Scope withGrad(boolean enabled) {
    boolean before = gradEnabled;
    gradEnabled = enabled;
    return () -> gradEnabled = before;
  }

  public Scope withInferenceMode(boolean on) {
    boolean modeBefore = inferenceMode;
    boolean gradBefore = gradEnabled;
    inferenceMode = on;
    gradEnabled = !on && gradBefore;
    return () -> {
      inferenceMode = modeBefore;
      gradEnabled = gradBefore;
    };
  }

  public Scope withDefaultDtype(DType dtype) {
    if (!dtype.isFloating()) {
      throw new DTypeException("default dtype: " + dtype + " is not floating");
    }
    DType before = defaultDtype;
    defaultDtype = dtype;
    return () -> defaultDtype = before;
  }

  public Scope withDefaultDevice(Device device) {
    Device before = defaultDevice;
    defaultDevice = device;
    return () -> defaultDevice = before;
  }

  public Scope withGenerator(Generator replacement) {
    Generator before = generator();
    generator = replacement;
    return () -> generator = before;
  }

  public Scope withAutocast(Optional<DType> dtype) {
    var before = autocast;
    autocast = dtype;
    return () -> autocast = before;
  }

  /** Computes on {@code replacement} whatever the device: how tests run the reference backend. */
  public Scope withBackend(Backend replacement) {
    var before = backend;
    backend = Optional.of(replacement);
    return () -> backend = before;
  }

  /** Tells {@code another} of every op, beside those that are told already. */
  public Scope withWatcher(OpWatcher another) {
    OpWatcher before = watcher;
    watcher =
        before == null
            ? another
            : (op, inputs, outputs) -> {
              before.ran(op, inputs, outputs);
              another.ran(op, inputs, outputs);
            };
    return () -> watcher = before;
  }
}
