package dev.weft.nn;

import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/** {@link Upsample} of images (N, C, H, W) by repetition; PyTorch's older name for it. */
public final class UpsamplingNearest2d extends Module<Tensor, Tensor> {

  private final double[] scale;

  /** By one factor, or by those of the height and the width. */
  public UpsamplingNearest2d(double... scale) {
    this.scale = scale.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.interpolate(
        images("UpsamplingNearest2d", x), InterpolateOptions.scale(scale));
  }

  static Tensor images(String name, Tensor x) {
    if (x.rank() != 4) {
      throw new ShapeException(name + ": " + x.shape() + ": needs (N, C, H, W)");
    }
    return x;
  }
}
