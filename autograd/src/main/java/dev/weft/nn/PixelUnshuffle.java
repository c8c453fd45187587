package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Positions to channels. See {@link Functional#pixelUnshuffle}. */
public final class PixelUnshuffle extends Module<Tensor, Tensor> {

  private final long downscaleFactor;

  public PixelUnshuffle(long downscaleFactor) {
    if (downscaleFactor < 1) {
      throw new IllegalArgumentException(
          "PixelUnshuffle: downscaleFactor " + downscaleFactor + ": must be at least 1");
    }
    this.downscaleFactor = downscaleFactor;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.pixelUnshuffle(x, downscaleFactor);
  }

  @Override
  protected String extraRepr() {
    return "downscale_factor=" + downscaleFactor;
  }
}
