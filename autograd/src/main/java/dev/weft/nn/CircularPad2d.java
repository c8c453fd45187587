package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the elements from the other end around the last two dimensions. See {@link PadMode}. */
public final class CircularPad2d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public CircularPad2d(long... padding) {
    super(2, PadMode.CIRCULAR, 0, padding);
  }
}
