package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts a constant around the last dimension. */
public final class ConstantPad1d extends PadNd {

  /** One number for all sides. */
  public ConstantPad1d(long padding, double value) {
    this(new long[] {padding}, value);
  }

  /** Two numbers per dimension, from the last one on. */
  public ConstantPad1d(long[] padding, double value) {
    super(1, PadMode.CONSTANT, value, padding);
  }
}
