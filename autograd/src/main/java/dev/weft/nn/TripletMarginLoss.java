package dev.weft.nn;

import dev.weft.engine.Tensor;

/** {@link Functional#tripletMarginLoss} with fixed options, any distance included. */
public final class TripletMarginLoss extends Module<TripletMarginLoss.Inputs, Tensor> {

  /** Something, another of its kind, and one that is not. */
  public record Inputs(Tensor anchor, Tensor positive, Tensor negative) {}

  private final TripletOptions options;

  /** With the defaults. */
  public TripletMarginLoss() {
    this(TripletOptions.DEFAULT);
  }

  public TripletMarginLoss(TripletOptions options) {
    this.options = options;
  }

  /** Compares them. */
  public Tensor apply(Tensor anchor, Tensor positive, Tensor negative) {
    return apply(new Inputs(anchor, positive, negative));
  }

  @Override
  protected Tensor forward(Inputs in) {
    return Functional.tripletMarginLoss(in.anchor(), in.positive(), in.negative(), options);
  }
}
