package dev.weft.nn;

import dev.weft.engine.PadMode;

/** Puts a constant around the last two dimensions. */
public final class ConstantPad2d extends PadNd {

  /** One number for all sides. */
  public ConstantPad2d(long padding, double value) {
    this(new long[] {padding}, value);
  }

  /** Two numbers per dimension, from the last one on. */
  public ConstantPad2d(long[] padding, double value) {
    super(2, PadMode.CONSTANT, value, padding);
  }
}
