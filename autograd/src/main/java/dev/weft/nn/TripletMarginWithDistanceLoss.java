package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.function.BinaryOperator;

/** {@link TripletMarginLoss} with a distance of one's own. */
public final class TripletMarginWithDistanceLoss extends Module<TripletMarginLoss.Inputs, Tensor> {

  private final TripletOptions options;

  /** Margin 1, no swap, the mean. */
  public TripletMarginWithDistanceLoss(BinaryOperator<Tensor> distance) {
    this(distance, TripletOptions.DEFAULT);
  }

  /** With the margin, swap and reduction of {@code options}. */
  public TripletMarginWithDistanceLoss(BinaryOperator<Tensor> distance, TripletOptions options) {
    this.options = options.distance(distance);
  }

  /** Compares them. */
  public Tensor apply(Tensor anchor, Tensor positive, Tensor negative) {
    return apply(new TripletMarginLoss.Inputs(anchor, positive, negative));
  }

  @Override
  protected Tensor forward(TripletMarginLoss.Inputs in) {
    return Functional.tripletMarginLoss(in.anchor(), in.positive(), in.negative(), options);
  }
}
