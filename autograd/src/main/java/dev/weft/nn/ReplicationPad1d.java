package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the border itself around the last dimension. See {@link PadMode}. */
public final class ReplicationPad1d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ReplicationPad1d(long... padding) {
    super(1, PadMode.REPLICATE, 0, padding);
  }
}
