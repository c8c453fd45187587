package dev.weft.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What {@link Functional#interpolate} makes. Immutable; start from {@link #size} or {@link #scale}.
 * Sizes and factors are one for all spatial dimensions, or one per dimension.
 *
 * {@snippet :
 * Functional.interpolate(x, InterpolateOptions.scale(2).mode(InterpolationMode.BILINEAR));
 * }
 *
 * @param size the sizes wanted; or empty
 * @param scaleFactor how many times larger the result is, rounded down; or empty
 * @param mode how elements are made
 * @param alignCorners whether the corner elements of input and result lie at the same place, or, by
 *     default, the corners of the areas that elements stand for; for the linear modes and bicubic
 * @param recomputeScaleFactor whether positions follow from the sizes, where factors were given
 *     that do not lead to whole sizes
 * @param antialias whether a smaller result takes in all elements between; for bilinear and bicubic
 */
public record InterpolateOptions(
    List<Long> size,
    List<Double> scaleFactor,
    InterpolationMode mode,
    Optional<Boolean> alignCorners,
    boolean recomputeScaleFactor,
    boolean antialias) {

  public InterpolateOptions {
    size = List.copyOf(size);
    scaleFactor = List.copyOf(scaleFactor);
    if (size.isEmpty() == scaleFactor.isEmpty()) {
      throw new IllegalArgumentException(
          "interpolate: size " + size + ", scale factor " + scaleFactor + ": give one of them");
    }
    if (recomputeScaleFactor && scaleFactor.isEmpty()) {
      throw new IllegalArgumentException(
          "interpolate: recomputeScaleFactor: there is no scale factor, only size " + size);
    }
  }

  /** To these sizes. */
  public static InterpolateOptions size(long... size) {
    return new InterpolateOptions(
        Sizes.list(size), List.of(), InterpolationMode.NEAREST, Optional.empty(), false, false);
  }

  /** By these factors. */
  public static InterpolateOptions scale(double... factor) {
    return new InterpolateOptions(
        List.of(),
        Arrays.stream(factor).boxed().toList(),
        InterpolationMode.NEAREST,
        Optional.empty(),
        false,
        false);
  }

  /** With another mode. */
  public InterpolateOptions mode(InterpolationMode mode) {
    return new InterpolateOptions(
        size, scaleFactor, mode, alignCorners, recomputeScaleFactor, antialias);
  }

  /** With corners aligned, or not. */
  public InterpolateOptions alignCorners(boolean alignCorners) {
    return new InterpolateOptions(
        size, scaleFactor, mode, Optional.of(alignCorners), recomputeScaleFactor, antialias);
  }

  /** With positions that follow from the sizes. */
  public InterpolateOptions recomputeScaleFactor(boolean recompute) {
    return new InterpolateOptions(size, scaleFactor, mode, alignCorners, recompute, antialias);
  }

  /** With a filter as wide as what a new element covers. */
  public InterpolateOptions antialias(boolean antialias) {
    return new InterpolateOptions(
        size, scaleFactor, mode, alignCorners, recomputeScaleFactor, antialias);
  }
}
