package dev.weft.golden;

import dev.weft.nn.Functional;

/** Losses. */
final class LossRows {

  private LossRows() {}

  static void addTo(Rows rows) {
    rows.function(
        "cross_entropy",
        a -> Functional.crossEntropy(a.input(), a.tensor("target"), a.lossOptions()));
    rows.function(
        "nll_loss", a -> Functional.nllLoss(a.input(), a.tensor("target"), a.lossOptions()));
    rows.function(
        "mse_loss", a -> Functional.mseLoss(a.input(), a.tensor("target"), a.reduction()));
    rows.function("l1_loss", a -> Functional.l1Loss(a.input(), a.tensor("target"), a.reduction()));
  }
}
