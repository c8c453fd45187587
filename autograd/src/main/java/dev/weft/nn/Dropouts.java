package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;

/** Dropout by other rules than element by element. */
final class Dropouts {

  /** What SELU gives for −∞, with the opposite sign: its scale times its α. */
  private static final double ALPHA = 1.7580993408473766;

  private Dropouts() {}

  static Tensor channels(String name, Tensor x, int dims, double p, boolean training) {
    Args.probability(name, p);
    int rank = x.rank();
    if (rank != dims + 1 && rank != dims + 2) {
      throw new ShapeException(
          name + ": " + x.shape() + ": needs " + (dims + 1) + " or " + (dims + 2) + " dimensions");
    }
    if (!training || p == 0) {
      return x;
    }
    // dropout1d of two dimensions has samples, as in PyTorch.
    int lead = dims == 1 && rank == 2 ? 2 : rank - dims;
    Tensor kept = Tensor.full(perChannel(x.shape(), lead), 1.0, x.dtype(), x.device()).dropout(p);
    return x.mul(kept);
  }

  private static Shape perChannel(Shape shape, int lead) {
    Shape result = shape;
    for (int d = lead; d < shape.rank(); d++) {
      result = result.with(d, 1);
    }
    return result;
  }

  static Tensor featureAlpha(Tensor x, double p, boolean training) {
    if (x.rank() < 2) {
      throw new ShapeException(
          "feature_alpha_dropout: " + x.shape() + ": needs samples and channels");
    }
    return alpha("feature_alpha_dropout", x, perChannel(x.shape(), 2), p, training);
  }

  /** With one decision per element of {@code decisions}, which broadcasts to the shape of x. */
  static Tensor alpha(String name, Tensor x, Shape decisions, double p, boolean training) {
    Args.probability(name, p);
    if (!training || p == 0) {
      return x;
    }
    if (p == 1) {
      return x.mul(0);
    }
    double a = 1 / Math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p));
    Tensor kept = Tensor.full(decisions, 1.0, x.dtype(), x.device()).dropout(p).ne(0).to(x.dtype());
    Tensor shift = kept.sub(1).mul(ALPHA * a).add(ALPHA * a * p);
    return x.mul(kept.mul(a)).add(shift);
  }
}
