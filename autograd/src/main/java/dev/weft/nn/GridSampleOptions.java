package dev.weft.nn;

/**
 * How {@link Functional#gridSample} reads between elements and beyond the edges. Immutable; start
 * from {@link #DEFAULT}.
 *
 * @param mode how values between elements are made
 * @param paddingMode what lies beyond the edges
 * @param alignCorners whether −1 and 1 are the centres of the first and the last element, or the
 *     outer edges of the areas that they stand for
 */
public record GridSampleOptions(Mode mode, PaddingMode paddingMode, boolean alignCorners) {

  /** Bilinear, zeros beyond the edges, corners not aligned. */
  public static final GridSampleOptions DEFAULT =
      new GridSampleOptions(Mode.BILINEAR, PaddingMode.ZEROS, false);

  /** How values between elements are made. */
  public enum Mode {
    /** Linearly, from the corners of the cell around the position. */
    BILINEAR,
    /** The nearest element; no gradient reaches the grid. */
    NEAREST,
    /** By a cubic curve through 4 × 4 neighbours; for images. */
    BICUBIC
  }

  /** What lies beyond the edges. */
  public enum PaddingMode {
    /** Zeros. */
    ZEROS,
    /** The nearest element of the edge. */
    BORDER,
    /** The image mirrored, as often as it takes. */
    REFLECTION
  }

  /** With another mode. */
  public GridSampleOptions mode(Mode mode) {
    return new GridSampleOptions(mode, paddingMode, alignCorners);
  }

  /** With something else beyond the edges. */
  public GridSampleOptions paddingMode(PaddingMode paddingMode) {
    return new GridSampleOptions(mode, paddingMode, alignCorners);
  }

  /** With corners aligned, or not. */
  public GridSampleOptions alignCorners(boolean alignCorners) {
    return new GridSampleOptions(mode, paddingMode, alignCorners);
  }
}
