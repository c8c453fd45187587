package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the elements from the other end around the last dimension. See {@link PadMode}. */
public final class CircularPad1d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public CircularPad1d(long... padding) {
    super(1, PadMode.CIRCULAR, 0, padding);
  }
}
