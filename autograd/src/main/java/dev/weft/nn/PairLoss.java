package dev.weft.nn;

import dev.weft.engine.Tensor;

/** A loss that compares two things with what their relation should be. */
public abstract sealed class PairLoss extends Module<PairLoss.Inputs, Tensor>
    permits MarginRankingLoss, CosineEmbeddingLoss {

  PairLoss() {}

  /**
   * What is compared.
   *
   * @param target 1 or −1 for each pair
   */
  public record Inputs(Tensor input1, Tensor input2, Tensor target) {}

  /** Compares the two. */
  public final Tensor apply(Tensor input1, Tensor input2, Tensor target) {
    return apply(new Inputs(input1, input2, target));
  }
}
