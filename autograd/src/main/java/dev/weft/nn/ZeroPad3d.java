package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts zeros around the last three dimensions. See {@link PadMode}. */
public final class ZeroPad3d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ZeroPad3d(long... padding) {
    super(3, PadMode.CONSTANT, 0, padding);
  }
}
