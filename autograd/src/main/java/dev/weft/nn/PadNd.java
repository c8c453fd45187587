package dev.weft.nn;

import dev.weft.engine.PadMode;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Arrays;

/** Padding of a number of spatial dimensions. */
abstract class PadNd extends Module<Tensor, Tensor> {

  private final int dims;
  private final PadMode mode;
  private final double value;
  private final long[] pads;

  /**
   * @param pads one number for all sides, or two per dimension, from the last one on
   */
  PadNd(int dims, PadMode mode, double value, long[] pads) {
    this.dims = dims;
    this.mode = mode;
    this.value = value;
    this.pads = pads.length == 1 ? new long[2 * dims] : pads.clone();
    if (pads.length == 1) {
      Arrays.fill(this.pads, pads[0]);
    }
    if (this.pads.length != 2 * dims) {
      throw new IllegalArgumentException(
          typeName()
              + ": padding "
              + Arrays.toString(pads)
              + ": needs one number, or "
              + 2 * dims
              + ", two per dimension");
    }
  }

  @Override
  protected final Tensor forward(Tensor x) {
    if (mode == PadMode.CONSTANT ? x.rank() < dims : x.rank() != dims + 1 && x.rank() != dims + 2) {
      throw new ShapeException(
          typeName() + ": " + x.shape() + ": needs (N, C, sizes) or (C, sizes)");
    }
    return x.pad(pads, mode, value);
  }

  @Override
  protected String extraRepr() {
    return Sizes.python(Sizes.list(pads));
  }
}
