package dev.weft.nn;

import dev.weft.engine.Tensor;

/**
 * {@link Upsample} of images (N, C, H, W) between four neighbours, corners aligned; PyTorch's older
 * name for it.
 */
public final class UpsamplingBilinear2d extends Module<Tensor, Tensor> {

  private final double[] scale;

  /** By one factor, or by those of the height and the width. */
  public UpsamplingBilinear2d(double... scale) {
    this.scale = scale.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.interpolate(
        UpsamplingNearest2d.images("UpsamplingBilinear2d", x),
        InterpolateOptions.scale(scale).mode(InterpolationMode.BILINEAR).alignCorners(true));
  }
}
