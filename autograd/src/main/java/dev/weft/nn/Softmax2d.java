package dev.weft.nn;

import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/** Softmax over the channels of each place of an image. Shape: (N, C, H, W) or (C, H, W). */
public final class Softmax2d extends Module<Tensor, Tensor> {

  public Softmax2d() {}

  @Override
  protected Tensor forward(Tensor x) {
    if (x.rank() != 3 && x.rank() != 4) {
      throw new ShapeException("Softmax2d: " + x.shape() + ": needs (N, C, H, W) or (C, H, W)");
    }
    return Functional.softmax(x, -3);
  }
}
