package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.Functional;
import dev.weft.nn.KLReduction;
import dev.weft.nn.TripletOptions;
import java.util.Locale;

/** Losses. */
final class LossRows {

  private LossRows() {}

  static void addTo(Rows rows) {
    addDistances(rows);
    addProbabilities(rows);
    addMargins(rows);
  }

  private static Tensor target(Arguments a) {
    return a.tensor("target");
  }

  private static void addDistances(Rows rows) {
    rows.function("mse_loss", a -> Functional.mseLoss(a.input(), target(a), a.reduction()));
    rows.function("l1_loss", a -> Functional.l1Loss(a.input(), target(a), a.reduction()));
    rows.function(
        "smooth_l1_loss",
        a -> Functional.smoothL1Loss(a.input(), target(a), a.reduction(), a.number("beta", 1)));
    rows.function(
        "huber_loss",
        a -> Functional.huberLoss(a.input(), target(a), a.reduction(), a.number("delta", 1)));
  }

  private static void addProbabilities(Rows rows) {
    rows.function(
        "cross_entropy", a -> Functional.crossEntropy(a.input(), target(a), a.lossOptions()));
    rows.function("nll_loss", a -> Functional.nllLoss(a.input(), target(a), a.lossOptions()));
    rows.function(
        "binary_cross_entropy",
        a ->
            Functional.binaryCrossEntropy(
                a.input(), target(a), a.optional("weight"), a.reduction()));
    rows.function(
        "binary_cross_entropy_with_logits",
        a ->
            Functional.binaryCrossEntropyWithLogits(
                a.input(),
                target(a),
                a.optional("weight"),
                a.optional("pos_weight"),
                a.reduction()));
    rows.function(
        "kl_div",
        a ->
            Functional.klDiv(
                a.input(),
                target(a),
                KLReduction.valueOf(a.text("reduction", "mean").toUpperCase(Locale.ROOT)),
                a.flag("log_target", false)));
    rows.function(
        "poisson_nll_loss",
        a ->
            Functional.poissonNllLoss(
                a.input(),
                target(a),
                a.flag("log_input", true),
                a.flag("full", false),
                a.number("eps", 1e-8),
                a.reduction()));
    rows.function(
        "gaussian_nll_loss",
        a ->
            Functional.gaussianNllLoss(
                a.input(),
                target(a),
                a.tensor("var"),
                a.flag("full", false),
                a.number("eps", 1e-6),
                a.reduction()));
    rows.function(
        "ctc_loss",
        a ->
            Functional.ctcLoss(
                a.tensor("logits").logSoftmax(-1),
                a.tensor("targets"),
                a.tensor("input_lengths"),
                a.tensor("target_lengths"),
                a.whole("blank", 0),
                a.reduction(),
                a.flag("zero_infinity", false)));
  }

  private static void addMargins(Rows rows) {
    rows.function(
        "hinge_embedding_loss",
        a ->
            Functional.hingeEmbeddingLoss(
                a.input(), target(a), a.number("margin", 1), a.reduction()));
    rows.function(
        "soft_margin_loss", a -> Functional.softMarginLoss(a.input(), target(a), a.reduction()));
    rows.function(
        "margin_ranking_loss",
        a ->
            Functional.marginRankingLoss(
                a.tensor("input1"),
                a.tensor("input2"),
                target(a),
                a.number("margin", 0),
                a.reduction()));
    rows.function(
        "cosine_embedding_loss",
        a ->
            Functional.cosineEmbeddingLoss(
                a.tensor("input1"),
                a.tensor("input2"),
                target(a),
                a.number("margin", 0),
                a.reduction()));
    rows.function(
        "triplet_margin_loss",
        a ->
            Functional.tripletMarginLoss(
                a.tensor("anchor"),
                a.tensor("positive"),
                a.tensor("negative"),
                TripletOptions.DEFAULT
                    .margin(a.number("margin", 1))
                    .norm(a.number("p", 2), a.number("eps", 1e-6))
                    .swap(a.flag("swap", false))
                    .reduction(a.reduction())));
    rows.function(
        "multi_margin_loss",
        a ->
            Functional.multiMarginLoss(
                a.input(),
                target(a),
                (int) a.whole("p", 1),
                a.number("margin", 1),
                a.optional("weight"),
                a.reduction()));
    rows.function(
        "multilabel_margin_loss",
        a -> Functional.multilabelMarginLoss(a.input(), target(a), a.reduction()));
    rows.function(
        "multilabel_soft_margin_loss",
        a ->
            Functional.multilabelSoftMarginLoss(
                a.input(), target(a), a.optional("weight"), a.reduction()));
  }
}
