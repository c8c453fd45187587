package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts zeros around the last dimension. See {@link PadMode}. */
public final class ZeroPad1d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ZeroPad1d(long... padding) {
    super(1, PadMode.CONSTANT, 0, padding);
  }
}
