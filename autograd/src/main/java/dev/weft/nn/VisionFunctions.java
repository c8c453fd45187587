package dev.weft.nn;

import dev.weft.engine.PadMode;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/** The part of {@link Functional} that is about images: edges, sizes, sampling. */
abstract sealed class VisionFunctions extends NormFunctions permits Functional {

  /** {@link Tensor#pad(long...)}: zeros around a tensor. */
  public static Tensor pad(Tensor x, long... pad) {
    return x.pad(pad);
  }

  /** {@link Tensor#pad(long[], PadMode, double)} with a constant. */
  public static Tensor pad(Tensor x, long[] pad, double value) {
    return x.pad(pad, PadMode.CONSTANT, value);
  }

  /** {@link Tensor#pad(long[], PadMode)}: elements of the tensor itself around it. */
  public static Tensor pad(Tensor x, long[] pad, PadMode mode) {
    return x.pad(pad, mode);
  }

  /**
   * Another size of the spatial dimensions.
   *
   * <p>Shape: (N, C, *) → (N, C, *), with one to three spatial dimensions. Half types are computed
   * in float32.
   */
  public static Tensor interpolate(Tensor x, InterpolateOptions options) {
    return Resampling.interpolate(x, options);
  }

  /** {@link #gridSample(Tensor, Tensor, GridSampleOptions)} with the defaults. */
  public static Tensor gridSample(Tensor input, Tensor grid) {
    return gridSample(input, grid, GridSampleOptions.DEFAULT);
  }

  /**
   * The input read at the positions that a grid names, from −1 at one edge to 1 at the other, x
   * first. Source: Jaderberg et al., "Spatial transformer networks", 2015.
   *
   * <p>Shape: input (N, C, H, W), grid (N, H', W', 2) → (N, C, H', W'); or input (N, C, D, H, W),
   * grid (N, D', H', W', 3) → (N, C, D', H', W').
   */
  public static Tensor gridSample(Tensor input, Tensor grid, GridSampleOptions options) {
    return GridSampling.sample(input, grid, options);
  }

  /**
   * The positions of the elements of an image under affine maps, for {@link #gridSample}: θ (x, y,
   * 1)ᵀ for each, from −1 to 1.
   *
   * <p>Shape: theta (N, 2, 3) → (N, H, W, 2), or (N, 3, 4) → (N, D, H, W, 3).
   *
   * @param size of the image: N, C, H, W or N, C, D, H, W
   * @param alignCorners whether −1 and 1 are the centres of the outermost elements, or their edges
   */
  public static Tensor affineGrid(Tensor theta, long[] size, boolean alignCorners) {
    return GridSampling.affine(theta, size, alignCorners);
  }

  /**
   * Channels to positions: element (h r + i, w r + j) of channel c is element (h, w) of channel c
   * r² + i r + j. Source: Shi et al., "Real-time single image and video super-resolution using an
   * efficient sub-pixel convolutional neural network", 2016.
   *
   * <p>Shape: (*, C r², H, W) → (*, C, H r, W r).
   */
  public static Tensor pixelShuffle(Tensor x, long upscaleFactor) {
    long r = upscaleFactor;
    if (r < 1 || x.rank() < 3 || x.size(-3) % r != 0 || x.size(-3) / r % r != 0) {
      throw new ShapeException(
          "pixel_shuffle: "
              + x.shape()
              + ", factor "
              + r
              + ": needs (*, C, H, W) with C a multiple of the factor's square");
    }
    Shape batch = x.shape().slice(0, x.rank() - 3);
    long h = x.size(-2);
    long w = x.size(-1);
    long channels = x.size(-3) / (r * r);
    return x.reshape(Shape.of(batch.numel(), channels, r, r, h, w))
        .permute(0, 1, 4, 2, 5, 3)
        .reshape(batch.concat(Shape.of(channels, h * r, w * r)));
  }

  /**
   * The inverse of {@link #pixelShuffle}.
   *
   * <p>Shape: (*, C, H r, W r) → (*, C r², H, W).
   */
  public static Tensor pixelUnshuffle(Tensor x, long downscaleFactor) {
    long r = downscaleFactor;
    if (r < 1 || x.rank() < 3 || x.size(-2) % r != 0 || x.size(-1) % r != 0) {
      throw new ShapeException(
          "pixel_unshuffle: "
              + x.shape()
              + ", factor "
              + r
              + ": needs (*, C, H, W) with H and W multiples of the factor");
    }
    Shape batch = x.shape().slice(0, x.rank() - 3);
    long h = x.size(-2) / r;
    long w = x.size(-1) / r;
    long channels = x.size(-3);
    return x.reshape(Shape.of(batch.numel(), channels, h, r, w, r))
        .permute(0, 1, 3, 5, 2, 4)
        .reshape(batch.concat(Shape.of(channels * r * r, h, w)));
  }

  /**
   * Channels of all groups in turn: the first of each group, then the second of each. Source: Zhang
   * et al., "ShuffleNet", 2017.
   *
   * <p>Shape: (N, C, *) → (N, C, *).
   */
  public static Tensor channelShuffle(Tensor x, long groups) {
    if (groups < 1 || x.rank() < 3 || x.size(1) % groups != 0) {
      throw new ShapeException(
          "channel_shuffle: "
              + x.shape()
              + ": needs (N, C, *) with C a multiple of "
              + groups
              + " groups");
    }
    long positions = x.shape().slice(2, x.rank()).numel();
    return x.reshape(Shape.of(x.size(0), groups, x.size(1) / groups, positions))
        .transpose(1, 2)
        .reshape(x.shape());
  }
}
