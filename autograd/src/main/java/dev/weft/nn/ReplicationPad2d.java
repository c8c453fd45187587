package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts the border itself around the last two dimensions. See {@link PadMode}. */
public final class ReplicationPad2d extends PadNd {

  /** One number for all sides, or two per dimension, from the last one on. */
  public ReplicationPad2d(long... padding) {
    super(2, PadMode.REPLICATE, 0, padding);
  }
}
