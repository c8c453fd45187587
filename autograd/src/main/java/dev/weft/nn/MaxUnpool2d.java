package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * Puts the output of a {@link MaxPool2d} back where it came from, among zeros. See {@link
 * Functional#maxUnpool2d}.
 */
public final class MaxUnpool2d extends Module<MaxPooled, Tensor> {

  private final PoolOptions options;

  /** For windows side by side. */
  public MaxUnpool2d(long kernelSize) {
    this(PoolOptions.of(kernelSize));
  }

  public MaxUnpool2d(long kernelSize, long stride) {
    this(PoolOptions.of(kernelSize).stride(stride));
  }

  /** For the windows of a pooling. */
  public MaxUnpool2d(PoolOptions options) {
    this.options = options;
  }

  @Override
  protected Tensor forward(MaxPooled pooled) {
    return Functional.maxUnpool2d(pooled.output(), pooled.indices(), options);
  }

  /** To this size, where the windows allow several. */
  public Tensor apply(MaxPooled pooled, long... outputSize) {
    return through(
        pooled, p -> Functional.maxUnpool2d(p.output(), p.indices(), options, outputSize));
  }

  @Override
  protected String extraRepr() {
    return Pooling.windowText(options);
  }
}
