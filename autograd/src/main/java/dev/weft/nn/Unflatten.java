package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/** One dimension as several; one size may be −1. The inverse of {@link Flatten}. */
public final class Unflatten extends Module<Tensor, Tensor> {

  private final int dim;
  private final long[] sizes;

  public Unflatten(int dim, long... unflattenedSize) {
    this.dim = dim;
    this.sizes = unflattenedSize.clone();
  }

  @Override
  protected Tensor forward(Tensor x) {
    int axis = x.spec().dim("Unflatten", dim);
    long[] resolved = sizes.clone();
    long known = 1;
    int open = -1;
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] == -1 && open < 0) {
        open = i;
      } else {
        known *= sizes[i];
      }
    }
    if (open >= 0 && known > 0) {
      resolved[open] = x.size(axis) / known;
      known *= resolved[open];
    }
    if (known != x.size(axis)) {
      throw new ShapeException(
          "Unflatten: "
              + x.shape()
              + ": dimension "
              + dim
              + " is not made of "
              + Sizes.python(Sizes.list(sizes)));
    }
    return x.reshape(
        x.shape()
            .slice(0, axis)
            .concat(Shape.of(resolved))
            .concat(x.shape().slice(axis + 1, x.rank())));
  }

  @Override
  protected String extraRepr() {
    return "dim=" + dim + ", unflattened_size=" + Sizes.python(Sizes.list(sizes));
  }
}
