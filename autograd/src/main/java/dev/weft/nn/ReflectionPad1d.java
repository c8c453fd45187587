package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the elements mirrored at the border around the last dimension. See {@link PadMode}. */
public final class ReflectionPad1d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ReflectionPad1d(long... padding) {
    super(1, PadMode.REFLECT, 0, padding);
  }
}
