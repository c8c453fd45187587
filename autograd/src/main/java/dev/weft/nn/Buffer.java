package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * A tensor that belongs to a {@link Module} without being learnt, such as running statistics or a
 * mask: it moves with the module and, when persistent, is saved with it. No {@code TensorScope}
 * releases it. Update it with {@link Tensor#copyFrom} or another {@code …InPlace} method.
 */
public final class Buffer extends Tensor {

  private final boolean persistent;

  private Buffer(Tensor data, boolean persistent) {
    super(data);
    this.persistent = persistent;
  }

  /** A persistent buffer over the memory of {@code data}. */
  public static Buffer of(Tensor data) {
    return of(data, true);
  }

  /** A buffer over the memory of {@code data}; the state dict holds it only when persistent. */
  public static Buffer of(Tensor data, boolean persistent) {
    return new Buffer(data, persistent);
  }

  /** Whether the state dict holds it. */
  public boolean isPersistent() {
    return persistent;
  }
}
