package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Means of regions that cover the input evenly. See {@link Functional#adaptiveAvgPool1d}. */
public final class AdaptiveAvgPool1d extends Module<Tensor, Tensor> {

  private final long outputSize;

  /** To this many elements per channel. */
  public AdaptiveAvgPool1d(long outputSize) {
    this.outputSize = outputSize;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveAvgPool1d(x, outputSize);
  }

  @Override
  protected String extraRepr() {
    return "output_size=" + String.valueOf(outputSize);
  }
}
