package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Some neighbouring dimensions as one; by default all but the first, which is the batch. */
public final class Flatten extends Module<Tensor, Tensor> {

  private final int startDim;
  private final int endDim;

  /** From dimension 1 to the last. */
  public Flatten() {
    this(1, -1);
  }

  /** From {@code startDim} to {@code endDim}, both included; negative ones count from the end. */
  public Flatten(int startDim, int endDim) {
    this.startDim = startDim;
    this.endDim = endDim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.flatten(startDim, endDim);
  }

  @Override
  protected String extraRepr() {
    return "start_dim=" + startDim + ", end_dim=" + endDim;
  }
}
