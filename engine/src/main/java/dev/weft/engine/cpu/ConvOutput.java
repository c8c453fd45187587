package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.ConvOp;

/** Convolution: the weights times the windows of the images. */
final class ConvOutput extends Convolution {

  ConvOutput(ConvOp op, DType dtype, Shape x, Shape w, Shape y) {
    super(op, dtype, x, w, y);
  }

  /**
   * @param x images, samples first
   * @param w weights
   * @param y the result
   * @param adds whether it is added to what is there
   */
  void run(long x, long w, long y, boolean adds) {
    long rows = inputs * product(kernel);
    long plane = product(positions) * bytes;
    try (Planes images = images(x)) {
      for (long group = 0; group < groups; group++) {
        var weight = new Matrix(w + group * outputs * rows * bytes, rows * bytes, bytes);
        long first = y + group * outputs * plane;
        var windows = windows(images, group);
        new WindowProduct(this, outputs, windows, product(positions)).run(weight, first, adds);
      }
    }
  }
}
