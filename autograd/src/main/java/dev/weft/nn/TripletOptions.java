package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.function.BinaryOperator;

/**
 * How {@link Functional#tripletMarginLoss} measures. Immutable; start from {@link #DEFAULT}.
 *
 * @param distance between rows of two tensors of one shape
 * @param margin by how much the negative should be further away, above 0
 * @param swap whether the negative's distance to the positive counts where that is smaller
 * @param reduction what happens to the losses of the rows
 */
public record TripletOptions(
    BinaryOperator<Tensor> distance, double margin, boolean swap, Reduction reduction) {

  /** The Euclidean distance, margin 1, no swap, the mean. */
  public static final TripletOptions DEFAULT =
      new TripletOptions(Functional::pairwiseDistance, 1, false, Reduction.MEAN);

  public TripletOptions {
    Args.aboveZero("triplet_margin_loss", "margin", margin);
  }

  /** With ‖x − y + ε‖ₚ. */
  public TripletOptions norm(double p, double eps) {
    return distance((x, y) -> Functional.pairwiseDistance(x, y, p, eps, false));
  }

  /** With another distance. */
  public TripletOptions distance(BinaryOperator<Tensor> distance) {
    return new TripletOptions(distance, margin, swap, reduction);
  }

  /** With another margin. */
  public TripletOptions margin(double margin) {
    return new TripletOptions(distance, margin, swap, reduction);
  }

  /** With the distance swap of Balntas et al. */
  public TripletOptions swap(boolean swap) {
    return new TripletOptions(distance, margin, swap, reduction);
  }

  /** With another reduction. */
  public TripletOptions reduction(Reduction reduction) {
    return new TripletOptions(distance, margin, swap, reduction);
  }
}
