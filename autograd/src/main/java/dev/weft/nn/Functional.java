package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Linalg;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.op.LayerNormOp;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Layers and losses as functions, with PyTorch's names, formulas and defaults.
 *
 * <p>In the shapes below, * stands for any number of dimensions.
 */
public final class Functional extends VisionFunctions {

  private Functional() {}

  // ---------------------------------------------------------------------------------- layers

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
    Args.atLeastZero("layer_norm", "eps", eps);
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
    var op = new LayerNormOp(dims, eps, weight.isPresent(), bias.isPresent());
    return ChannelNorms.run(op, x, weight, bias)[0];
  }

  // ---------------------------------------------------------------------------------- attention

  /** {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, AttentionMask)} without a mask. */
  public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value) {
    return scaledDotProductAttention(query, key, value, AttentionMask.NONE);
  }

  /** Attention without dropout, with the scale 1/√E. */
  public static Tensor scaledDotProductAttention(
      Tensor query, Tensor key, Tensor value, AttentionMask mask) {
    return scaledDotProductAttention(query, key, value, mask, 0, OptionalDouble.empty(), false);
  }

  /** Attention in which queries, keys and values have the same heads. */
  public static Tensor scaledDotProductAttention(
      Tensor query,
      Tensor key,
      Tensor value,
      AttentionMask mask,
      double dropout,
      OptionalDouble scale) {
    return scaledDotProductAttention(query, key, value, mask, dropout, scale, false);
  }

  /**
   * softmax(s Q Kᵀ + mask) V. Source: Vaswani et al., "Attention is all you need", 2017.
   *
   * <p>Shape: query (*, L, E), key (*, S, E), value (*, S, F) → (*, L, F).
   *
   * @param dropout the probability with which a weight is zeroed; give 0 in evaluation
   * @param scale s; 1/√E when empty
   * @param enableGqa whether keys and values may have fewer heads than queries, of which each then
   *     serves several
   */
  public static Tensor scaledDotProductAttention(
      Tensor query,
      Tensor key,
      Tensor value,
      AttentionMask mask,
      double dropout,
      OptionalDouble scale,
      boolean enableGqa) {
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
    requireSettings(mask, dropout, scale);
    DType dtype = query.dtype();
    if (dtype.isHalf() && query.device().equals(Device.CPU)) {
      // The CPU computes products of half types in float32 anyway; so they are rounded once.
      Tensor wide =
          scaledDotProductAttention(
              ChannelNorms.wide(query),
              ChannelNorms.wide(key),
              ChannelNorms.wide(value),
              mask,
              dropout,
              scale,
              enableGqa);
      return wide.to(dtype);
    }
    Tensor keys = enableGqa ? Attention.repeatHeads(key, query.size(-3)) : key;
    Tensor values = enableGqa ? Attention.repeatHeads(value, query.size(-3)) : value;
    double s = scale.orElse(1 / Math.sqrt(query.size(-1)));
    if (dropout == 0 && !(mask instanceof AttentionMask.Given)) {
      var op = new AttentionOp(mask instanceof AttentionMask.Causal, s);
      if (AttentionOp.runsOn(query.device())) {
        return Attention.inTiles(op, query, keys, values);
      }
    }
    return dropout(Attention.weights(query, keys, s, mask), dropout, true).matmul(values);
  }

  private static void requireSettings(AttentionMask mask, double dropout, OptionalDouble scale) {
    String name = "scaled_dot_product_attention";
    Objects.requireNonNull(mask, name + ": the mask is null; there is AttentionMask.NONE");
    Args.probability(name, dropout);
    if (scale.isPresent() && !Double.isFinite(scale.getAsDouble())) {
      throw new IllegalArgumentException(
          name + ": scale " + scale.getAsDouble() + ": must be finite");
    }
  }

  // ---------------------------------------------------------------------------------- distances

  /** {@link #normalize(Tensor, double, int, double)} to Euclidean length 1 along dimension 1. */
  public static Tensor normalize(Tensor x) {
    return normalize(x, 2, 1, 1e-12);
  }

  /** x / max(‖x‖ₚ, ε) along {@code dim}. */
  public static Tensor normalize(Tensor x, double p, int dim, double eps) {
    Tensor wide = ChannelNorms.wide(x); // half types cannot hold ε
    Tensor length = norm(wide, p, dim, true).clamp(eps, Double.POSITIVE_INFINITY);
    return wide.div(length).to(x.dtype());
  }

  /** {@link #cosineSimilarity(Tensor, Tensor, int, double)} along dimension 1, with ε = 1e-8. */
  public static Tensor cosineSimilarity(Tensor x1, Tensor x2) {
    return cosineSimilarity(x1, x2, 1, 1e-8);
  }

  /** ⟨x₁, x₂⟩ / (max(‖x₁‖, ε) max(‖x₂‖, ε)) along {@code dim} of the broadcast shape. */
  public static Tensor cosineSimilarity(Tensor x1, Tensor x2, int dim, double eps) {
    Shape shape = Shape.broadcast("cosine_similarity", x1.shape(), x2.shape());
    DType dtype = x1.resultType(x2);
    Tensor a = normalize(ChannelNorms.wide(x1.to(dtype).expand(shape)), 2, dim, eps);
    Tensor b = normalize(ChannelNorms.wide(x2.to(dtype).expand(shape)), 2, dim, eps);
    return a.mul(b).sum(dim).to(dtype);
  }

  /** ‖x − y + ε‖ₚ along the last dimension, with p = 2 and ε = 1e-6. */
  public static Tensor pairwiseDistance(Tensor x, Tensor y) {
    return pairwiseDistance(x, y, 2, 1e-6, false);
  }

  /** ‖x − y + ε‖ₚ along the last dimension. The shapes broadcast. */
  public static Tensor pairwiseDistance(Tensor x, Tensor y, double p, double eps, boolean keepdim) {
    return norm(x.sub(y).add(eps), p, -1, keepdim);
  }

  /**
   * The distances ‖xᵢ − xⱼ‖ₚ of all pairs i &lt; j of the rows of a matrix, ordered by i and then
   * j. The gradient of a distance of 0 is 0. Shape: (n, m) → (n (n − 1) / 2).
   */
  public static Tensor pdist(Tensor x, double p) {
    x.spec().requireFloating("pdist");
    if (x.rank() != 2) {
      throw new ShapeException("pdist: " + x.shape() + ": needs 2 dimensions");
    }
    if (!(p >= 0)) {
      throw new IllegalArgumentException("pdist: p = " + p + ": must not be negative");
    }
    Tensor pairs = Tensor.triuIndices(x.size(0), x.size(0), 1);
    Tensor left = x.indexSelect(0, pairs.select(0, 0));
    return norm(left.sub(x.indexSelect(0, pairs.select(0, 1))), p, 1, false);
  }

  /** {@link #pdist(Tensor, double)} with p = 2. */
  public static Tensor pdist(Tensor x) {
    return pdist(x, 2);
  }

  /** ‖x‖ₚ of each row of a matrix, as a column. */
  static Tensor rowNorm(Tensor x, double p) {
    return norm(x, p, 1, true);
  }

  /** ‖x‖ₚ along {@code dim}; the gradient of a norm of 0 is 0. */
  private static Tensor norm(Tensor x, double p, int dim, boolean keepdim) {
    return Linalg.vectorNorm(x, p, new int[] {dim}, keepdim);
  }
}
