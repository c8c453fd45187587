package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.Reduction;

/** Losses over classes, on scores with the classes in dimension 1, or 0 without a batch. */
final class ClassLosses {

  private ClassLosses() {}

  static Tensor crossEntropy(Tensor logits, Tensor targets, LossOptions options) {
    requireClasses("cross_entropy", logits);
    if (targets.dtype().isFloating()) {
      return withProbabilities(logits, targets, options);
    }
    requireIndices("cross_entropy", logits, targets);
    Tensor rows = rows(logits);
    Tensor flat = targets.reshape(-1);
    if (options.weight().isEmpty()) {
      var op =
          new CrossEntropy(options.reduction(), options.ignoreIndex(), options.labelSmoothing());
      Tensor loss = Dispatch.run(op, rows, flat);
      return options.reduction() == Reduction.NONE ? loss.reshape(targets.shape()) : loss;
    }
    return weighted("cross_entropy", rows.logSoftmax(1), flat, targets.shape(), options);
  }

  static Tensor negativeLogLikelihood(Tensor scores, Tensor targets, LossOptions options) {
    if (options.labelSmoothing() != 0) {
      throw new IllegalArgumentException(
          "nll_loss: label smoothing "
              + options.labelSmoothing()
              + ": exists for cross_entropy only");
    }
    requireClasses("nll_loss", scores);
    requireIndices("nll_loss", scores, targets);
    return weighted("nll_loss", rows(scores), targets.reshape(-1), targets.shape(), options);
  }

  /** −w_t (1 − ε) x_t − ε/C Σ_c w_c x_c for log-probabilities x. */
  private static Tensor weighted(
      String op, Tensor logs, Tensor targets, Shape shape, LossOptions options) {
    long count = logs.size(1);
    Tensor counts = targets.ne(options.ignoreIndex());
    Tensor index = counts.where(targets, Tensor.zerosLike(targets));
    Tensor zero = Tensor.zeros(Shape.SCALAR, logs.dtype(), logs.device());
    Tensor picked = logs.gather(1, index.unsqueeze(1)).squeeze(1).neg();
    Tensor weights;
    if (options.weight().isPresent()) {
      Tensor weight = weight(op, logs, options);
      weights = counts.where(weight.indexSelect(0, index), zero);
    } else {
      weights = counts.to(logs.dtype());
    }
    // where, not a product with 0: a log-probability of −∞ that is ignored must not become NaN.
    Tensor losses = counts.where(picked.mul(weights), zero);
    double smoothing = options.labelSmoothing();
    if (smoothing > 0) {
      Tensor all = options.weight().isPresent() ? logs.mul(weight(op, logs, options)) : logs;
      Tensor spread = counts.where(all.sum(1).neg(), zero).mul(smoothing / count);
      losses = losses.mul(1 - smoothing).add(spread);
    }
    return switch (options.reduction()) {
      case NONE -> losses.reshape(shape);
      case SUM -> losses.sum();
      case MEAN -> losses.sum().div(weights.sum());
    };
  }

  private static Tensor withProbabilities(Tensor logits, Tensor targets, LossOptions options) {
    if (!targets.shape().equals(logits.shape())) {
      throw new ShapeException(
          "cross_entropy: logits "
              + logits.shape()
              + ", probabilities "
              + targets.shape()
              + ": shapes differ; class indices must be int64 or int32");
    }
    if (options.ignoreIndex() != CrossEntropy.IGNORE) {
      throw new IllegalArgumentException(
          "cross_entropy: ignore index "
              + options.ignoreIndex()
              + ": exists for class indices only, and the targets are probabilities");
    }
    Tensor logs = rows(ChannelNorms.wide(logits)).logSoftmax(1);
    Tensor wanted = rows(ChannelNorms.wide(targets));
    double smoothing = options.labelSmoothing();
    if (smoothing > 0) {
      wanted = wanted.mul(1 - smoothing).add(smoothing / logs.size(1));
    }
    Tensor products = logs.mul(wanted);
    if (options.weight().isPresent()) {
      products = products.mul(weight("cross_entropy", logs, options));
    }
    Tensor losses = products.sum(1).neg();
    Tensor loss =
        switch (options.reduction()) {
          case NONE -> losses.reshape(logits.shape().without(classDim(logits)));
          case SUM -> losses.sum();
          case MEAN -> losses.sum().div((double) losses.numel());
        };
    return loss.to(logits.dtype());
  }

  private static Tensor weight(String op, Tensor logs, LossOptions options) {
    Tensor weight = options.weight().orElseThrow();
    if (!weight.shape().equals(Shape.of(logs.size(1)))) {
      throw new ShapeException(
          op + ": weight " + weight.shape() + ": needs one per class, (" + logs.size(1) + ")");
    }
    weight.spec().requireFloating(op + ", weight");
    return weight.to(logs.dtype());
  }

  /** What the mean divides the sum of the losses by: the weights of the targets that count. */
  static Tensor divisor(Tensor targets, long classes, LossOptions options) {
    if (targets.dtype().isFloating()) {
      return Tensor.full(
          Shape.SCALAR, (double) targets.numel() / classes, DType.FLOAT64, targets.device());
    }
    Tensor counts = targets.ne(options.ignoreIndex());
    if (options.weight().isEmpty()) {
      return counts.sum();
    }
    Tensor index = counts.where(targets, Tensor.zerosLike(targets)).reshape(-1);
    Tensor weight = options.weight().get();
    return weight.indexSelect(0, index).mul(counts.reshape(-1).to(weight.dtype())).sum();
  }

  private static int classDim(Tensor scores) {
    return scores.rank() == 1 ? 0 : 1;
  }

  private static void requireClasses(String op, Tensor scores) {
    if (scores.rank() == 0) {
      throw new ShapeException(op + ": a scalar has no classes; needs (C), (N, C) or (N, C, *)");
    }
    scores.spec().requireFloating(op);
    if (scores.size(classDim(scores)) == 0) {
      throw new ShapeException(op + ": " + scores.shape() + ": there is no class");
    }
  }

  private static void requireIndices(String op, Tensor scores, Tensor targets) {
    targets.spec().requireIndex(op);
    if (!scores.shape().without(classDim(scores)).equals(targets.shape())) {
      throw new ShapeException(
          op
              + ": scores "
              + scores.shape()
              + ", targets "
              + targets.shape()
              + ": needs targets of "
              + scores.shape().without(classDim(scores)));
    }
  }

  /** The scores of one element per row, the classes last. */
  private static Tensor rows(Tensor scores) {
    if (scores.rank() == 2) {
      return scores;
    }
    long classes = scores.size(classDim(scores));
    if (scores.rank() == 1) {
      return scores.reshape(1, classes);
    }
    int[] order = new int[scores.rank()];
    for (int d = 1; d < order.length; d++) {
      order[d] = d + 1;
    }
    order[order.length - 1] = 1;
    return scores.permute(order).reshape(scores.numel() / classes, classes);
  }
}
