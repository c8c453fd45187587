package dev.weft.nn;

import dev.weft.engine.PadMode;

/**
 * Puts the elements mirrored at the border around the last three dimensions. See {@link PadMode}.
 */
public final class ReflectionPad3d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ReflectionPad3d(long... padding) {
    super(3, PadMode.REFLECT, 0, padding);
  }
}
