package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Channels to positions. See {@link Functional#pixelShuffle}. */
public final class PixelShuffle extends Module<Tensor, Tensor> {

  private final long upscaleFactor;

  public PixelShuffle(long upscaleFactor) {
    if (upscaleFactor < 1) {
      throw new IllegalArgumentException(
          "PixelShuffle: upscaleFactor " + upscaleFactor + ": must be at least 1");
    }
    this.upscaleFactor = upscaleFactor;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.pixelShuffle(x, upscaleFactor);
  }

  @Override
  protected String extraRepr() {
    return "upscale_factor=" + upscaleFactor;
  }
}
