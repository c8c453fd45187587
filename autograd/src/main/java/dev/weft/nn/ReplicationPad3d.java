package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the border itself around the last three dimensions. See {@link PadMode}. */
public final class ReplicationPad3d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ReplicationPad3d(long... padding) {
    super(3, PadMode.REPLICATE, 0, padding);
  }
}
