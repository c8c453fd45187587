package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the elements from the other end around the last three dimensions. See {@link PadMode}. */
public final class CircularPad3d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public CircularPad3d(long... padding) {
    super(3, PadMode.CIRCULAR, 0, padding);
  }
}
