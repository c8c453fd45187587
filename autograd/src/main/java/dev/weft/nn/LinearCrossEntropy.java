package dev.weft.nn;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A linear layer and the cross-entropy of its outputs, all at once or some samples at a time. */
final class LinearCrossEntropy {

  private static final String NAME = "linear_cross_entropy";

  private final Tensor weight; // (C d₁ … d_K, features)
  private final Optional<? extends Tensor> bias;
  private final Shape classes; // (C, d₁, …, d_K)

  private LinearCrossEntropy(Tensor weight, Optional<? extends Tensor> bias, Shape classes) {
    this.weight = weight.rank() == 2 ? weight : weight.reshape(classes.numel(), weight.size(-1));
    this.bias = bias.map(b -> b.reshape(-1));
    this.classes = classes;
  }

  static Tensor loss(
      Tensor x,
      Tensor weight,
      Tensor targets,
      Optional<? extends Tensor> bias,
      LossOptions options,
      long chunkSize) {
    requireFit(x, weight, bias);
    if (chunkSize < 1) {
      throw new IllegalArgumentException(
          NAME + ": chunk size " + chunkSize + ": must be at least 1");
    }
    Shape classes = weight.shape().slice(0, weight.rank() - 1);
    var layer = new LinearCrossEntropy(weight, bias, classes);
    return x.rank() == 1 || x.size(0) <= chunkSize
        ? layer.whole(x, targets, options)
        : layer.inChunks(x, targets, options, chunkSize);
  }

  private static void requireFit(Tensor x, Tensor weight, Optional<? extends Tensor> bias) {
    if (x.rank() < 1 || x.rank() > 2 || weight.rank() < 2 || x.size(-1) != weight.size(-1)) {
      throw new ShapeException(
          NAME
              + ": input "
              + x.shape()
              + ", weight "
              + weight.shape()
              + ": needs (features) or (N, features) and (C, *, features)");
    }
    if (x.rank() == 1 && weight.rank() > 2) {
      throw new ShapeException(
          NAME + ": input " + x.shape() + ": a weight " + weight.shape() + " needs a batch");
    }
    Shape outputs = weight.shape().slice(0, weight.rank() - 1);
    if (bias.isPresent() && !bias.get().shape().equals(outputs)) {
      throw new ShapeException(
          NAME + ": bias " + bias.get().shape() + ": needs one number per output, " + outputs);
    }
  }

  private Tensor whole(Tensor x, Tensor targets, LossOptions options) {
    return ClassLosses.crossEntropy(logits(x), targets, options);
  }

  private Tensor logits(Tensor x) {
    Tensor logits = Functional.linear(x, weight, bias);
    return classes.rank() > 1 ? logits.reshape(x.shape().slice(0, 1).concat(classes)) : logits;
  }

  /** As {@link #whole}, but in float32 for logits of a half type. */
  private Tensor wide(Tensor x, Tensor targets, LossOptions options) {
    Tensor logits = logits(x);
    if (!logits.dtype().isHalf()) {
      return ClassLosses.crossEntropy(logits, targets, options);
    }
    Tensor wanted = targets.dtype().isFloating() ? targets.to(DType.FLOAT32) : targets;
    LossOptions same =
        options.weight().isPresent()
            ? options.weight(options.weight().get().to(DType.FLOAT32))
            : options;
    return ClassLosses.crossEntropy(logits.to(DType.FLOAT32), wanted, same);
  }

  /** The logits of a chunk live until its loss is known, and again in its part of backward. */
  private Tensor inChunks(Tensor x, Tensor targets, LossOptions options, long chunkSize) {
    if (targets.rank() == 0 || targets.size(0) != x.size(0)) {
      throw new ShapeException(
          NAME + ": input " + x.shape() + ", targets " + targets.shape() + ": batches differ");
    }
    boolean each = options.reduction() == Reduction.NONE;
    // Sums of a chunk may be beyond the range of float16, so they are in float32 until the end.
    LossOptions part = options.reduction(each ? Reduction.NONE : Reduction.SUM);
    var losses = new ArrayList<Tensor>();
    for (long from = 0; from < x.size(0); from += chunkSize) {
      long count = Math.min(chunkSize, x.size(0) - from);
      losses.add(computedTwice(x.narrow(0, from, count), targets.narrow(0, from, count), part));
    }
    if (each) {
      return Tensor.cat(losses, 0);
    }
    Tensor sum = Tensor.stack(losses, 0).sum();
    Tensor loss =
        options.reduction() == Reduction.SUM
            ? sum
            : sum.div(ClassLosses.divisor(targets, classes.size(0), options).to(sum.dtype()));
    return loss.to(x.dtype());
  }

  /** Everything goes through the checkpoint, which keeps it until backward. */
  private Tensor computedTwice(Tensor x, Tensor targets, LossOptions options) {
    var parts = new ArrayList<Tensor>(List.of(x, targets, weight));
    bias.ifPresent(parts::add);
    options.weight().ifPresent(parts::add);
    boolean biased = bias.isPresent();
    return Autograd.checkpoint(
        (List<Tensor> in) -> {
          Optional<Tensor> b = biased ? Optional.of(in.get(3)) : Optional.empty();
          var layer = new LinearCrossEntropy(in.get(2), b, classes);
          boolean weighted = options.weight().isPresent();
          LossOptions now = weighted ? options.weight(in.getLast()) : options;
          return options.reduction() == Reduction.NONE
              ? layer.whole(in.get(0), in.get(1), now)
              : layer.wide(in.get(0), in.get(1), now);
        },
        parts);
  }
}
