package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the elements mirrored at the border around the last two dimensions. See {@link PadMode}. */
public final class ReflectionPad2d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ReflectionPad2d(long... padding) {
    super(2, PadMode.REFLECT, 0, padding);
  }
}
