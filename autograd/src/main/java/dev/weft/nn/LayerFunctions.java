package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.LinearOp;
import java.util.Optional;

/** The part of {@link Functional} that is about linear maps, tables and dropout. */
abstract sealed class LayerFunctions extends LossFunctions permits ConvFunctions {

  /** y = x Wᵀ. Shape: x (*, in), weight (out, in) → (*, out). */
  public static Tensor linear(Tensor x, Tensor weight) {
    return linear(x, weight, Optional.empty());
  }

  /**
   * y = x Wᵀ + b. Shape: x (*, in), weight (out, in), bias (out) → (*, out); or weight (in), bias
   * () → (*).
   */
  public static Tensor linear(Tensor x, Tensor weight, Optional<? extends Tensor> bias) {
    if (weight.rank() == 1) {
      Tensor row = weight.unsqueeze(0);
      return linear(x, row, bias.map(b -> b.reshape(1))).squeeze(-1);
    }
    return bias.isPresent()
        ? Dispatch.run(new LinearOp(true), x, weight, bias.get())
        : Dispatch.run(new LinearOp(false), x, weight);
  }

  /**
   * y_k = x₁ᵀ W_k x₂ + b_k.
   *
   * <p>Shape: x1 (*, I), x2 (*, J), weight (K, I, J), bias (K) → (*, K).
   */
  public static Tensor bilinear(
      Tensor x1, Tensor x2, Tensor weight, Optional<? extends Tensor> bias) {
    if (weight.rank() != 3
        || x1.rank() < 1
        || x1.rank() != x2.rank()
        || !x1.shape().with(-1, 1).equals(x2.shape().with(-1, 1))
        || x1.size(-1) != weight.size(1)
        || x2.size(-1) != weight.size(2)) {
      throw new ShapeException(
          "bilinear: "
              + x1.shape()
              + ", "
              + x2.shape()
              + ", weight "
              + weight.shape()
              + ": needs (*, I), (*, J) and (K, I, J)");
    }
    long outputs = weight.size(0);
    Tensor rows = x1.reshape(Shape.of(x1.numel() / Math.max(1, x1.size(-1)), x1.size(-1)));
    Tensor maps = weight.permute(1, 0, 2).reshape(weight.size(1), outputs * weight.size(2));
    Tensor half = rows.matmul(maps).reshape(rows.size(0), outputs, weight.size(2));
    Tensor y =
        half.mul(x2.reshape(rows.size(0), 1, weight.size(2)))
            .sum(-1)
            .reshape(x1.shape().with(-1, outputs));
    return bias.isPresent() ? y.add(bias.get()) : y;
  }

  /** Rows of a table. Shape: ids (*) int64 or int32, weight (V, D) → (*, D). */
  public static Tensor embedding(Tensor ids, Tensor weight) {
    return embedding(ids, weight, EmbeddingOptions.DEFAULT);
  }

  /** As {@link #embedding(Tensor, Tensor)}; row {@code paddingIdx} gets no gradient. */
  public static Tensor embedding(Tensor ids, Tensor weight, long paddingIdx) {
    return embedding(ids, weight, EmbeddingOptions.DEFAULT.paddingIdx(paddingIdx));
  }

  /** As {@link #embedding(Tensor, Tensor)}, with padding, a limit to rows, scaled gradients. */
  public static Tensor embedding(Tensor ids, Tensor weight, EmbeddingOptions options) {
    return Lookup.embedding(ids, weight, options);
  }

  /**
   * Sums, means or largest elements of bags of rows of a table. An empty bag gives zeros.
   *
   * <p>Shape: ids (B, N), or (N) with offsets (B); weight (V, D) → (B, D).
   *
   * @param offsets where each bag begins, if the ids have one dimension; else empty
   * @param perSampleWeights a factor for each id, in sums
   * @param includeLastOffset whether the last offset is the number of all ids, and begins no bag
   */
  public static Tensor embeddingBag(
      Tensor ids,
      Tensor weight,
      Optional<? extends Tensor> offsets,
      Optional<? extends Tensor> perSampleWeights,
      EmbeddingBag.Mode mode,
      boolean includeLastOffset,
      EmbeddingOptions options) {
    return Lookup.bags(ids, weight, offsets, perSampleWeights, mode, includeLastOffset, options);
  }

  /** {@link #oneHot(Tensor, long)} with as many classes as the largest target needs. */
  public static Tensor oneHot(Tensor targets) {
    return oneHot(targets, -1);
  }

  /**
   * One 1 per row, as int64. Shape: (*) → (*, numClasses).
   *
   * @param numClasses −1 for as many as the largest target needs
   */
  public static Tensor oneHot(Tensor targets, long numClasses) {
    targets.spec().requireIndex("one_hot");
    boolean open = numClasses == -1;
    if (numClasses < 1 && !open || open && targets.numel() == 0) {
      throw new IllegalArgumentException(
          "one_hot: " + numClasses + " classes for " + targets.shape() + ": needs at least 1");
    }
    long classes = numClasses;
    if (targets.numel() > 0) {
      long low = targets.min().itemLong();
      long high = targets.max().itemLong();
      classes = open ? high + 1 : numClasses;
      if (low < 0 || high >= classes) {
        throw new IndexException(
            "one_hot: target " + (low < 0 ? low : high) + " is outside 0 to " + (classes - 1));
      }
    }
    Tensor numbers = Tensor.arange(classes).to(targets.device());
    return targets.unsqueeze(-1).eq(numbers).to(DType.INT64);
  }

  // ---------------------------------------------------------------------------------- dropout

  /**
   * In training, zeroes elements with probability p and scales the rest by 1 / (1 − p); else x
   * itself.
   */
  public static Tensor dropout(Tensor x, double p, boolean training) {
    Args.probability("dropout", p);
    return training && p > 0 ? x.dropout(p) : x;
  }

  /**
   * {@link #dropout} of whole channels. Shape: (N, C), (N, C, L) → the same. Source: Tompson et
   * al., "Efficient object localization using convolutional networks", 2015.
   */
  public static Tensor dropout1d(Tensor x, double p, boolean training) {
    return Dropouts.channels("dropout1d", x, 1, p, training);
  }

  /** {@link #dropout} of whole channels. Shape: (N, C, H, W) or (C, H, W) → the same. */
  public static Tensor dropout2d(Tensor x, double p, boolean training) {
    return Dropouts.channels("dropout2d", x, 2, p, training);
  }

  /** {@link #dropout} of whole channels. Shape: (N, C, D, H, W) or (C, D, H, W) → the same. */
  public static Tensor dropout3d(Tensor x, double p, boolean training) {
    return Dropouts.channels("dropout3d", x, 3, p, training);
  }

  /**
   * In training, sets elements to what SELU gives for −∞, with probability p, and then scales and
   * shifts all so that mean 0 and variance 1 stay. Source: Klambauer et al., "Self-normalizing
   * neural networks", 2017.
   */
  public static Tensor alphaDropout(Tensor x, double p, boolean training) {
    return Dropouts.alpha("alpha_dropout", x, x.shape(), p, training);
  }

  /** {@link #alphaDropout} of whole channels. Shape: (N, C, *) → the same. */
  public static Tensor featureAlphaDropout(Tensor x, double p, boolean training) {
    return Dropouts.featureAlpha(x, p, training);
  }
}
