package dev.weft.nn;

import java.util.Locale;

/** How {@link Functional#interpolate} makes new elements from old ones. */
public enum InterpolationMode {
  /** The element whose index is the position rounded down. */
  NEAREST,
  /** The element nearest to the new one's centre. */
  NEAREST_EXACT,
  /** Between two neighbours, over one dimension. */
  LINEAR,
  /** Between four neighbours, over two dimensions. */
  BILINEAR,
  /** Between eight neighbours, over three dimensions. */
  TRILINEAR,
  /** A cubic curve through 4 × 4 neighbours, over two dimensions. */
  BICUBIC,
  /** The mean over the old elements that a new one covers. */
  AREA;

  /** PyTorch's name, such as {@code nearest-exact}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
