package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts zeros around the last two dimensions. See {@link PadMode}. */
public final class ZeroPad2d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ZeroPad2d(long... padding) {
    super(2, PadMode.CONSTANT, 0, padding);
  }
}
