package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts a constant around the last three dimensions. */
public final class ConstantPad3d extends PadNd {

  /** One number for all sides. */
  public ConstantPad3d(long padding, double value) {
    this(new long[] {padding}, value);
  }

  /** Two numbers per dimension, from the last one on. */
  public ConstantPad3d(long[] padding, double value) {
    super(3, PadMode.CONSTANT, value, padding);
  }
}
