package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.LinearOp;
import dev.weft.engine.op.Reduction;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Layers and losses as functions, with PyTorch's names, formulas and defaults.
 *
 * <p>In the shapes below, * stands for any number of dimensions.
 */
public final class Functional extends ActivationFunctions {

  private Functional() {}

  // ---------------------------------------------------------------------------------- layers

  /** y = x Wᵀ. Shape: x (*, in), weight (out, in) → (*, out). */
  public static Tensor linear(Tensor x, Tensor weight) {
    return linear(x, weight, Optional.empty());
  }

  /** y = x Wᵀ + b. Shape: x (*, in), weight (out, in), bias (out) → (*, out). */
  public static Tensor linear(Tensor x, Tensor weight, Optional<? extends Tensor> bias) {
    return bias.isPresent()
        ? Dispatch.run(new LinearOp(true), x, weight, bias.get())
        : Dispatch.run(new LinearOp(false), x, weight);
  }

  /** Rows of a table. Shape: ids (*) int64 or int32, weight (V, D) → (*, D). */
  public static Tensor embedding(Tensor ids, Tensor weight) {
    ids.spec().requireIndex("embedding");
    if (weight.rank() != 2) {
      throw new ShapeException(
          "embedding: weight " + weight.shape() + ": must have two dimensions");
    }
    return weight
        .indexSelect(0, ids.reshape(-1))
        .reshape(ids.shape().concat(Shape.of(weight.size(1))));
  }

  /** As {@link #embedding(Tensor, Tensor)}; row {@code paddingIdx} gets no gradient. */
  public static Tensor embedding(Tensor ids, Tensor weight, long paddingIdx) {
    Tensor rows = embedding(ids, weight);
    long padding = paddingIndex("embedding", paddingIdx, weight.size(0));
    return ids.ne(padding).unsqueeze(-1).where(rows, rows.detach());
  }

  /** Counts from the end where negative, as in PyTorch. */
  static long paddingIndex(String where, long paddingIdx, long rows) {
    if (paddingIdx < -rows || paddingIdx >= rows) {
      throw new IndexException(
          where + ": padding index " + paddingIdx + " is outside a table of " + rows + " rows");
    }
    return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  }

  /** {@link #layerNorm(Tensor, Shape, Optional, Optional, double)} with ε = 1e-5. */
  public static Tensor layerNorm(
      Tensor x,
      Shape normalizedShape,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias) {
    return layerNorm(x, normalizedShape, weight, bias, 1e-5);
  }

  /**
   * (x − μ) / √(σ² + ε) ⊙ w + b over the last dimensions. See {@link LayerNormOp}.
   *
   * <p>Shape: x (*, D), weight and bias (D) with D the {@code normalizedShape} → (*, D).
   */
  public static Tensor layerNorm(
      Tensor x,
      Shape normalizedShape,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      double eps) {
    int dims = normalizedShape.rank();
    if (dims == 0
        || x.rank() < dims
        || !x.shape().slice(x.rank() - dims, x.rank()).equals(normalizedShape)) {
      throw new ShapeException(
          "layer_norm: input "
              + x.shape()
              + ", normalized shape "
              + normalizedShape
              + ": must be the input's last sizes");
    }
    var inputs = new ArrayList<Tensor>();
    inputs.add(x);
    weight.ifPresent(inputs::add);
    bias.ifPresent(inputs::add);
    var op = new LayerNormOp(dims, eps, weight.isPresent(), bias.isPresent());
    return Dispatch.run(op, inputs.toArray(Tensor[]::new));
  }

  /**
   * In training, zeroes elements with probability p and scales the rest by 1 / (1 − p); else x
   * itself.
   */
  public static Tensor dropout(Tensor x, double p, boolean training) {
    Args.probability("dropout", p);
    return training && p > 0 ? x.dropout(p) : x;
  }

  /** One 1 per row, as int64. Shape: (*) → (*, numClasses). */
  public static Tensor oneHot(Tensor targets, long numClasses) {
    targets.spec().requireIndex("one_hot");
    if (numClasses < 1) {
      throw new IllegalArgumentException("one_hot: " + numClasses + " classes: needs at least 1");
    }
    if (targets.numel() > 0) {
      long low = targets.min().itemLong();
      long high = targets.max().itemLong();
      if (low < 0 || high >= numClasses) {
        throw new IndexException(
            "one_hot: target " + (low < 0 ? low : high) + " is outside 0 to " + (numClasses - 1));
      }
    }
    return targets.unsqueeze(-1).eq(classes(targets, numClasses)).to(DType.INT64);
  }

  private static Tensor classes(Tensor like, long count) {
    try (var _ = Context.current().withDefaultDevice(like.device())) {
      return Tensor.arange(count);
    }
  }

  // ---------------------------------------------------------------------------------- attention

  /** {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, AttentionMask)} without a mask. */
  public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value) {
    return scaledDotProductAttention(query, key, value, AttentionMask.NONE);
  }

  /** Attention without dropout, with the scale 1/√E. */
  public static Tensor scaledDotProductAttention(
      Tensor query, Tensor key, Tensor value, AttentionMask mask) {
    return scaledDotProductAttention(query, key, value, mask, 0, OptionalDouble.empty());
  }

  /**
   * softmax(s Q Kᵀ + mask) V. Source: Vaswani et al., "Attention is all you need", 2017.
   *
   * <p>Shape: query (*, L, E), key (*, S, E), value (*, S, F) → (*, L, F).
   *
   * @param dropout the probability with which a weight is zeroed; give 0 in evaluation
   * @param scale s; 1/√E when empty
   */
  public static Tensor scaledDotProductAttention(
      Tensor query,
      Tensor key,
      Tensor value,
      AttentionMask mask,
      double dropout,
      OptionalDouble scale) {
    if (query.rank() < 2
        || key.rank() < 2
        || value.rank() < 2
        || query.size(-1) != key.size(-1)
        || key.size(-2) != value.size(-2)) {
      throw new ShapeException(
          "scaled_dot_product_attention: query "
              + query.shape()
              + ", key "
              + key.shape()
              + ", value "
              + value.shape()
              + ": needs (*, L, E), (*, S, E) and (*, S, F)");
    }
    double s = scale.orElse(1 / Math.sqrt(query.size(-1)));
    Tensor scores = query.mul(s).matmul(key.transpose(-1, -2));
    Tensor weights =
        switch (mask) {
          case AttentionMask.None _ -> scores.softmax(-1);
          case AttentionMask.Causal _ -> {
            Tensor rows = classes(query, query.size(-2)).unsqueeze(1);
            yield hide(scores, rows.ge(classes(query, key.size(-2)))).softmax(-1);
          }
          case AttentionMask.Given given -> masked(scores, given.mask());
        };
    return dropout(weights, dropout, true).matmul(value);
  }

  private static Tensor hide(Tensor scores, Tensor visible) {
    return visible.where(scores, scalar(scores, Double.NEGATIVE_INFINITY));
  }

  /**
   * A row that sees nothing would be 0/0. It goes through the softmax unmasked, so that its
   * gradient is finite, and is zeroed behind it.
   */
  private static Tensor masked(Tensor scores, Tensor mask) {
    Shape shape = Shape.broadcast("attention mask", scores.shape(), mask.shape());
    if (!shape.equals(scores.shape())) {
      throw new ShapeException(
          "attention mask: " + mask.shape() + ": does not broadcast to " + scores.shape());
    }
    boolean bool = mask.dtype() == DType.BOOL;
    Tensor sees = (bool ? mask : mask.ne(Double.NEGATIVE_INFINITY)).expand(shape).any(-1, true);
    Tensor hidden = bool ? hide(scores, mask) : scores.add(mask.to(scores.dtype()));
    return sees.where(sees.where(hidden, scores).softmax(-1), scalar(scores, 0));
  }

  private static Tensor scalar(Tensor like, double value) {
    return Tensor.full(Shape.SCALAR, value, like.dtype(), like.device());
  }

  // ---------------------------------------------------------------------------------- distances

  /** {@link #normalize(Tensor, double, int, double)} to Euclidean length 1 along dimension 1. */
  public static Tensor normalize(Tensor x) {
    return normalize(x, 2, 1, 1e-12);
  }

  /** x / max(‖x‖ₚ, ε) along {@code dim}. */
  public static Tensor normalize(Tensor x, double p, int dim, double eps) {
    return x.div(norm(x, p, dim, true).clamp(eps, Double.POSITIVE_INFINITY));
  }

  /** {@link #cosineSimilarity(Tensor, Tensor, int, double)} along dimension 1, with ε = 1e-8. */
  public static Tensor cosineSimilarity(Tensor x1, Tensor x2) {
    return cosineSimilarity(x1, x2, 1, 1e-8);
  }

  /** ⟨x₁, x₂⟩ / (max(‖x₁‖, ε) max(‖x₂‖, ε)) along {@code dim} of the broadcast shape. */
  public static Tensor cosineSimilarity(Tensor x1, Tensor x2, int dim, double eps) {
    Shape shape = Shape.broadcast("cosine_similarity", x1.shape(), x2.shape());
    Tensor a = normalize(x1.expand(shape), 2, dim, eps);
    Tensor b = normalize(x2.expand(shape), 2, dim, eps);
    return a.mul(b).sum(dim);
  }

  /** ‖x‖ₚ along {@code dim}; the gradient of a norm of 0 is 0. */
  private static Tensor norm(Tensor x, double p, int dim, boolean keepdim) {
    if (!(p > 0)) {
      throw new IllegalArgumentException("norm: p = " + p + ": must be above 0");
    }
    if (p == Double.POSITIVE_INFINITY) {
      return x.abs().amax(new int[] {dim}, keepdim);
    }
    if (p == 1) {
      return x.abs().sum(dim, keepdim);
    }
    Tensor sum = (p == 2 ? x.square() : x.abs().pow(p)).sum(dim, keepdim);
    Tensor zero = sum.eq(0);
    Tensor safe = zero.where(scalar(sum, 1), sum);
    return zero.where(scalar(sum, 0), p == 2 ? safe.sqrt() : safe.pow(1 / p));
  }

  // ---------------------------------------------------------------------------------- losses

  /** The mean of (x − y)². */
  public static Tensor mseLoss(Tensor x, Tensor y) {
    return mseLoss(x, y, Reduction.MEAN);
  }

  /** (x − y)², reduced. The shapes broadcast. */
  public static Tensor mseLoss(Tensor x, Tensor y, Reduction reduction) {
    return reduce(x.sub(y).square(), reduction);
  }

  /** The mean of |x − y|. */
  public static Tensor l1Loss(Tensor x, Tensor y) {
    return l1Loss(x, y, Reduction.MEAN);
  }

  /** |x − y|, reduced. The shapes broadcast. */
  public static Tensor l1Loss(Tensor x, Tensor y, Reduction reduction) {
    return reduce(x.sub(y).abs(), reduction);
  }

  private static Tensor reduce(Tensor losses, Reduction reduction) {
    return switch (reduction) {
      case NONE -> losses;
      case SUM -> losses.sum();
      case MEAN -> losses.mean();
    };
  }

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
    return ClassLosses.negativeLogLikelihood(logProbabilities, targets, options);
  }
}
