package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;

/** The losses of {@link Functional}. */
abstract sealed class LossFunctions extends ActivationFunctions permits LayerFunctions {

  /** Under autocast, losses are computed in float32. */
  private static Tensor wide(Tensor x) {
    return Context.current().autocast().isPresent() && x.dtype().isFloating()
        ? x.to(DType.promote(x.dtype(), DType.FLOAT32))
        : x;
  }

  // ---------------------------------------------------------------------------------- distances

  /** x − y; beside numbers, truths are 0 and 1. */
  private static Tensor difference(Tensor x, Tensor y) {
    Tensor minuend = wide(x);
    DType dtype = minuend.resultType(y);
    return minuend.to(dtype).sub(y.to(dtype));
  }

  /** The mean of (x − y)². */
  public static Tensor mseLoss(Tensor x, Tensor y) {
    return mseLoss(x, y, Reduction.MEAN);
  }

  /** (x − y)², reduced. The shapes broadcast. */
  public static Tensor mseLoss(Tensor x, Tensor y, Reduction reduction) {
    return Reduced.of(difference(x, y).square(), reduction);
  }

  /** The mean of |x − y|. */
  public static Tensor l1Loss(Tensor x, Tensor y) {
    return l1Loss(x, y, Reduction.MEAN);
  }

  /** |x − y|, reduced. The shapes broadcast. */
  public static Tensor l1Loss(Tensor x, Tensor y, Reduction reduction) {
    return Reduced.of(wide(x).sub(y).abs(), reduction);
  }

  /** {@link #smoothL1Loss(Tensor, Tensor, Reduction, double)} with the mean and β = 1. */
  public static Tensor smoothL1Loss(Tensor x, Tensor y) {
    return smoothL1Loss(x, y, Reduction.MEAN, 1);
  }

  /**
   * d² / 2β where |d| is below β, |d| − β/2 elsewhere, with d = x − y; reduced. The shapes
   * broadcast. Source: Girshick, "Fast R-CNN", 2015.
   *
   * @param beta at least 0; with 0 it is {@link #l1Loss}
   */
  public static Tensor smoothL1Loss(Tensor x, Tensor y, Reduction reduction, double beta) {
    Args.atLeastZero("smooth_l1_loss", "beta", beta);
    return beta == 0
        ? l1Loss(x, y, reduction)
        : huber("smooth_l1_loss", x, y, beta, 1 / beta, reduction);
  }

  /** {@link #huberLoss(Tensor, Tensor, Reduction, double)} with the mean and δ = 1. */
  public static Tensor huberLoss(Tensor x, Tensor y) {
    return huberLoss(x, y, Reduction.MEAN, 1);
  }

  /**
   * d² / 2 where |d| is below δ, δ(|d| − δ/2) elsewhere, with d = x − y; reduced. The shapes
   * broadcast. Source: Huber, "Robust estimation of a location parameter", 1964.
   */
  public static Tensor huberLoss(Tensor x, Tensor y, Reduction reduction, double delta) {
    Args.aboveZero("huber_loss", "delta", delta);
    return huber("huber_loss", x, y, delta, 1, reduction);
  }

  /** c(d − c/2) with c = d limited to ±δ: both pieces in one, with their derivatives. */
  private static Tensor huber(
      String op, Tensor x, Tensor y, double delta, double scale, Reduction reduction) {
    Tensor d = difference(x, y);
    d.spec().requireFloating(op);
    Tensor c = d.clamp(-delta, delta);
    return Reduced.of(c.mul(d.sub(c.div(2.0))).mul(scale), reduction);
  }

  // ---------------------------------------------------------------------------------- classes

  /** {@link #crossEntropy(Tensor, Tensor, LossOptions)} with the defaults. */
  public static Tensor crossEntropy(Tensor logits, Tensor targets) {
    return crossEntropy(logits, targets, LossOptions.DEFAULT);
  }

  /**
   * Cross-entropy between softmax(logits) and targets: −Σ_c w_c t_c log softmax(x)_c, where t is 1
   * for the target's class, or the targets are the probabilities themselves; with label smoothing,
   * t ← (1 − ε) t + ε/C. The mean is taken over the weights of the targets; with probabilities,
   * over the elements.
   *
   * <p>Shape: logits (C), (N, C) or (N, C, *); targets are class indices (), (N) or (N, *), or
   * probabilities of the logits' shape and a floating dtype. Without reduction, the result has the
   * shape of the indices.
   */
  public static Tensor crossEntropy(Tensor logits, Tensor targets, LossOptions options) {
    return ClassLosses.crossEntropy(logits, targets, options);
  }

  /**
   * {@link #linearCrossEntropy(Tensor, Tensor, Tensor, Optional, LossOptions, long)} without a
   * bias, with the defaults and all samples at once.
   */
  public static Tensor linearCrossEntropy(Tensor x, Tensor weight, Tensor targets) {
    return linearCrossEntropy(
        x, weight, targets, Optional.empty(), LossOptions.DEFAULT, Long.MAX_VALUE);
  }

  /**
   * {@link #crossEntropy} of the logits x Wᵀ + b, which are computed for {@code chunkSize} samples
   * at a time, and once more in backward: with many classes, the logits of all samples are the
   * largest tensor of a model, and here they never exist.
   *
   * <p>Shape: x (features) or (N, features), W (C, features), b (C); or, for a class in each of
   * several places, W (C, d₁, …, features), b (C, d₁, …) and targets (N, d₁, …).
   *
   * @param chunkSize at least 1; from N on, all samples are taken at once
   */
  public static Tensor linearCrossEntropy(
      Tensor x,
      Tensor weight,
      Tensor targets,
      Optional<? extends Tensor> bias,
      LossOptions options,
      long chunkSize) {
    return LinearCrossEntropy.loss(x, weight, targets, bias, options, chunkSize);
  }

  /** {@link #nllLoss(Tensor, Tensor, LossOptions)} with the defaults. */
  public static Tensor nllLoss(Tensor logProbabilities, Tensor targets) {
    return nllLoss(logProbabilities, targets, LossOptions.DEFAULT);
  }

  /**
   * The negative log-likelihood of class indices: −w_t x_t, where x holds log-probabilities. The
   * mean is taken over the weights of the targets.
   *
   * <p>Shape: as in {@link #crossEntropy}.
   */
  public static Tensor nllLoss(Tensor logProbabilities, Tensor targets, LossOptions options) {
    return ClassLosses.negativeLogLikelihood(wide(logProbabilities), targets, options);
  }

  // ----------------------------------------------------------------------------------
  // probabilities

  /** {@link #binaryCrossEntropy(Tensor, Tensor, Optional, Reduction)} with the mean. */
  public static Tensor binaryCrossEntropy(Tensor probabilities, Tensor targets) {
    return binaryCrossEntropy(probabilities, targets, Optional.empty(), Reduction.MEAN);
  }

  /**
   * −w (t log x + (1 − t) log(1 − x)), reduced; logarithms are cut off at −100. Prefer {@link
   * #binaryCrossEntropyWithLogits}, which loses no precision near 0 and 1.
   *
   * <p>Shape: x and t (*), of probabilities; the weight broadcasts to them.
   */
  public static Tensor binaryCrossEntropy(
      Tensor probabilities,
      Tensor targets,
      Optional<? extends Tensor> weight,
      Reduction reduction) {
    return BinaryLosses.crossEntropy(probabilities, targets, weight, reduction);
  }

  /**
   * The mean of {@link #binaryCrossEntropyWithLogits(Tensor, Tensor, Optional, Optional,
   * Reduction)}.
   */
  public static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor targets) {
    return binaryCrossEntropyWithLogits(
        logits, targets, Optional.empty(), Optional.empty(), Reduction.MEAN);
  }

  /**
   * −w (p t log σ(x) + (1 − t) log(1 − σ(x))), reduced, without overflow for any x.
   *
   * <p>Shape: x and t (*); the weights broadcast to them.
   *
   * @param positiveWeight p, how much positive targets count
   */
  public static Tensor binaryCrossEntropyWithLogits(
      Tensor logits,
      Tensor targets,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> positiveWeight,
      Reduction reduction) {
    return BinaryLosses.crossEntropyWithLogits(
        wide(logits), targets, weight, positiveWeight, reduction);
  }

  /** {@link #klDiv(Tensor, Tensor, KLReduction, boolean)} of probabilities, with the mean. */
  public static Tensor klDiv(Tensor logProbabilities, Tensor targets) {
    return klDiv(logProbabilities, targets, KLReduction.MEAN, false);
  }

  /**
   * t (log t − x), reduced, where x holds log-probabilities: Kullback and Leibler's divergence of
   * what was said from the targets. 0 log 0 is 0. The shapes broadcast.
   *
   * @param logTarget whether the targets are log-probabilities too
   */
  public static Tensor klDiv(
      Tensor logProbabilities, Tensor targets, KLReduction reduction, boolean logTarget) {
    return BinaryLosses.divergence(wide(logProbabilities), targets, reduction, logTarget);
  }

  /** {@link #poissonNllLoss(Tensor, Tensor, boolean, boolean, double, Reduction)} of log-rates. */
  public static Tensor poissonNllLoss(Tensor logRates, Tensor counts) {
    return poissonNllLoss(logRates, counts, true, false, 1e-8, Reduction.MEAN);
  }

  /**
   * The negative log-likelihood of counts under Poisson's law: eˣ − t x, reduced, or x − t log(x +
   * ε) where x holds rates themselves.
   *
   * @param logInput whether x holds logarithms of rates
   * @param full whether log t! is added for t above 1, in Stirling's approximation
   */
  public static Tensor poissonNllLoss(
      Tensor input,
      Tensor counts,
      boolean logInput,
      boolean full,
      double eps,
      Reduction reduction) {
    return LikelihoodLosses.poisson(wide(input), counts, logInput, full, eps, reduction);
  }

  /** {@link #gaussianNllLoss(Tensor, Tensor, Tensor, boolean, double, Reduction)}, the mean. */
  public static Tensor gaussianNllLoss(Tensor means, Tensor targets, Tensor variances) {
    return gaussianNllLoss(means, targets, variances, false, 1e-6, Reduction.MEAN);
  }

  /**
   * The negative log-likelihood under the normal law: (log v + (x − t)² / v) / 2, reduced, with v =
   * max(variance, ε). Source: Nix, Weigend, "Estimating the mean and variance of the target
   * probability distribution", 1994.
   *
   * <p>Shape: x and t (*); variances (*), or with a last size of 1, or without the last dimension.
   *
   * @param full whether log(2π) / 2 is added
   */
  public static Tensor gaussianNllLoss(
      Tensor means,
      Tensor targets,
      Tensor variances,
      boolean full,
      double eps,
      Reduction reduction) {
    return LikelihoodLosses.gaussian(wide(means), targets, variances, full, eps, reduction);
  }

  /** {@link #ctcLoss(Tensor, Tensor, Tensor, Tensor, long, Reduction, boolean)}, blanks 0. */
  public static Tensor ctcLoss(
      Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
    return ctcLoss(
        logProbabilities, targets, inputLengths, targetLengths, 0, Reduction.MEAN, false);
  }

  /**
   * The negative log-likelihood of sequences of labels, summed over all ways to spread them over
   * time with blanks in between. The mean divides each by the length of its target first. Where no
   * way exists the loss is ∞, or 0 with {@code zeroInfinity}, and its gradient 0.
   *
   * <p>Shape: log-probabilities (T, N, C); targets (N, S), or those of all sequences one after the
   * other; lengths (N). Without a batch: (T, C), (S), (), (). Half types are computed in float32.
   * Source: Graves et al., "Connectionist temporal classification", 2006.
   */
  public static Tensor ctcLoss(
      Tensor logProbabilities,
      Tensor targets,
      Tensor inputLengths,
      Tensor targetLengths,
      long blank,
      Reduction reduction,
      boolean zeroInfinity) {
    return CtcLosses.loss(
        logProbabilities, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
  }

  // ---------------------------------------------------------------------------------- margins

  /** {@link #hingeEmbeddingLoss(Tensor, Tensor, double, Reduction)} with margin 1 and the mean. */
  public static Tensor hingeEmbeddingLoss(Tensor x, Tensor y) {
    return hingeEmbeddingLoss(x, y, 1, Reduction.MEAN);
  }

  /** x where y = 1, max(0, margin − x) where y = −1; reduced. The shapes broadcast. */
  public static Tensor hingeEmbeddingLoss(Tensor x, Tensor y, double margin, Reduction reduction) {
    return MarginLosses.hingeEmbedding(wide(x), y, margin, reduction);
  }

  /** The mean of log(1 + e^(−yx)). */
  public static Tensor softMarginLoss(Tensor x, Tensor y) {
    return softMarginLoss(x, y, Reduction.MEAN);
  }

  /** log(1 + e^(−yx)), reduced, for y = ±1, which broadcasts to x. */
  public static Tensor softMarginLoss(Tensor x, Tensor y, Reduction reduction) {
    return BinaryLosses.softMargin(wide(x), y, reduction);
  }

  /** {@link #marginRankingLoss(Tensor, Tensor, Tensor, double, Reduction)}, margin 0, the mean. */
  public static Tensor marginRankingLoss(Tensor x1, Tensor x2, Tensor y) {
    return marginRankingLoss(x1, x2, y, 0, Reduction.MEAN);
  }

  /**
   * max(0, margin − y (x₁ − x₂)), reduced: y = 1 says that x₁ should be the larger, y = −1 the
   * smaller. Shape: three of one rank, which broadcast.
   */
  public static Tensor marginRankingLoss(
      Tensor x1, Tensor x2, Tensor y, double margin, Reduction reduction) {
    return MarginLosses.ranking(wide(x1), wide(x2), y, margin, reduction);
  }

  /**
   * {@link #cosineEmbeddingLoss(Tensor, Tensor, Tensor, double, Reduction)}, margin 0, the mean.
   */
  public static Tensor cosineEmbeddingLoss(Tensor x1, Tensor x2, Tensor y) {
    return cosineEmbeddingLoss(x1, x2, y, 0, Reduction.MEAN);
  }

  /**
   * 1 − cos(x₁, x₂) where y = 1, max(0, cos(x₁, x₂) − margin) where y = −1; reduced.
   *
   * <p>Shape: x₁ and x₂ (N, D), y (N); or (D), (D), ().
   */
  public static Tensor cosineEmbeddingLoss(
      Tensor x1, Tensor x2, Tensor y, double margin, Reduction reduction) {
    return MarginLosses.cosineEmbedding(wide(x1), wide(x2), y, margin, reduction);
  }

  /** {@link #tripletMarginLoss(Tensor, Tensor, Tensor, TripletOptions)} with the defaults. */
  public static Tensor tripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative) {
    return tripletMarginLoss(anchor, positive, negative, TripletOptions.DEFAULT);
  }

  /**
   * max(0, d(a, p) − d(a, n) + margin), reduced, with d(x, y) = ‖x − y + ε‖ₚ by default. Source:
   * Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional
   * neural networks", 2016.
   *
   * <p>Shape: three of (N, D), or of (D).
   */
  public static Tensor tripletMarginLoss(
      Tensor anchor, Tensor positive, Tensor negative, TripletOptions options) {
    return MarginLosses.triplet(wide(anchor), wide(positive), wide(negative), options);
  }

  /**
   * {@link #multiMarginLoss(Tensor, Tensor, int, double, Optional, Reduction)}, p = 1, margin 1.
   */
  public static Tensor multiMarginLoss(Tensor scores, Tensor targets) {
    return multiMarginLoss(scores, targets, 1, 1, Optional.empty(), Reduction.MEAN);
  }

  /**
   * Σ_{j≠t} w_t max(0, margin − x_t + x_j)^p / C, reduced, for the class t of each row.
   *
   * <p>Shape: scores (N, C), targets (N); or (C), ().
   *
   * @param p 1 or 2
   * @param weight how much each class counts, (C)
   */
  public static Tensor multiMarginLoss(
      Tensor scores,
      Tensor targets,
      int p,
      double margin,
      Optional<? extends Tensor> weight,
      Reduction reduction) {
    return MarginLosses.multiMargin(wide(scores), targets, p, margin, weight, reduction);
  }

  /** The mean of {@link #multilabelMarginLoss(Tensor, Tensor, Reduction)}. */
  public static Tensor multilabelMarginLoss(Tensor scores, Tensor targets) {
    return multilabelMarginLoss(scores, targets, Reduction.MEAN);
  }

  /**
   * Σ max(0, 1 − (x_t − x_i)) / C over the classes t of a row and the classes i that are none of
   * its; reduced. A row of targets ends with its first negative number.
   *
   * <p>Shape: scores and targets (N, C), or (C).
   */
  public static Tensor multilabelMarginLoss(Tensor scores, Tensor targets, Reduction reduction) {
    return MarginLosses.multilabelMargin(wide(scores), targets, reduction);
  }

  /** The mean of {@link #multilabelSoftMarginLoss(Tensor, Tensor, Optional, Reduction)}. */
  public static Tensor multilabelSoftMarginLoss(Tensor logits, Tensor targets) {
    return multilabelSoftMarginLoss(logits, targets, Optional.empty(), Reduction.MEAN);
  }

  /**
   * The mean of w {@link #binaryCrossEntropyWithLogits} over the classes, reduced over the rows.
   *
   * <p>Shape: logits and targets (*, C); the weight (C).
   */
  public static Tensor multilabelSoftMarginLoss(
      Tensor logits, Tensor targets, Optional<? extends Tensor> weight, Reduction reduction) {
    return BinaryLosses.multilabel(wide(logits), targets, weight, reduction);
  }
}
