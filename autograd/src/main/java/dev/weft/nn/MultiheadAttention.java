package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Attention of several heads, each on its own projection of queries, keys and values; their results
 * are joined and projected once more. Source: Vaswani et al., "Attention is all you need", 2017.
 *
 * <p>Shape: query (L, N, E), key (S, N, K), value (S, N, V) → output (L, N, E), weights (N, L, S);
 * with {@code batchFirst} N stands in front; without N for a single sample. Masks say what is
 * <em>hidden</em>, the opposite of {@link AttentionMask}. A query from which everything is hidden
 * gets zeros.
 *
 * {@snippet :
 * var attention = new MultiheadAttention(512, 8, MultiheadOptions.DEFAULT.batchFirst(true));
 * Tensor y = attention.apply(x, x, x).output();
 * }
 */
public final class MultiheadAttention
    extends Module<MultiheadAttention.Input, MultiheadAttention.Output> {

  /** The projections of query, key and value under each other, (3 E, E), if keys are as wide. */
  @StateName("in_proj_weight")
  public final Optional<Parameter> inProjWeight;

  @StateName("q_proj_weight")
  public final Optional<Parameter> qProjWeight;

  @StateName("k_proj_weight")
  public final Optional<Parameter> kProjWeight;

  @StateName("v_proj_weight")
  public final Optional<Parameter> vProjWeight;

  @StateName("in_proj_bias")
  public final Optional<Parameter> inProjBias;

  @StateName("bias_k")
  public final Optional<Parameter> biasK;

  @StateName("bias_v")
  public final Optional<Parameter> biasV;

  @StateName("out_proj")
  public final Linear outProj;

  private final long embedDim;
  private final long numHeads;
  private final MultiheadOptions options;

  /**
   * What attends to what.
   *
   * @param keyPaddingMask (N, S): keys that no query sees, if bool; else added to the scores
   * @param attnMask (L, S), or (N · heads, L, S): keys hidden from single queries, if bool; else
   *     added to the scores
   * @param needWeights whether the weights are wanted too
   * @param averageAttnWeights whether the weights are averaged over the heads
   */
  public record Input(
      Tensor query,
      Tensor key,
      Tensor value,
      Optional<Tensor> keyPaddingMask,
      Optional<Tensor> attnMask,
      boolean needWeights,
      boolean averageAttnWeights) {

    /** Without masks, with averaged weights. */
    public static Input of(Tensor query, Tensor key, Tensor value) {
      return new Input(query, key, value, Optional.empty(), Optional.empty(), true, true);
    }

    /** With keys that no query sees. */
    public Input keyPaddingMask(Tensor mask) {
      return new Input(
          query, key, value, Optional.of(mask), attnMask, needWeights, averageAttnWeights);
    }

    /** With keys hidden from single queries. */
    public Input attnMask(Tensor mask) {
      return new Input(
          query, key, value, keyPaddingMask, Optional.of(mask), needWeights, averageAttnWeights);
    }

    /** With the weights in the output, or without, which is faster. */
    public Input needWeights(boolean needWeights) {
      return new Input(
          query, key, value, keyPaddingMask, attnMask, needWeights, averageAttnWeights);
    }

    /** With weights averaged over the heads, or for each. */
    public Input averageAttnWeights(boolean average) {
      return new Input(query, key, value, keyPaddingMask, attnMask, needWeights, average);
    }
  }

  /**
   * What came out.
   *
   * @param weights (N, L, S), or (N, heads, L, S) if they are not averaged; empty if not wanted
   */
  public record Output(Tensor output, Optional<Tensor> weights) {}

  public MultiheadAttention(long embedDim, long numHeads) {
    this(embedDim, numHeads, MultiheadOptions.DEFAULT);
  }

  public MultiheadAttention(long embedDim, long numHeads, MultiheadOptions options) {
    if (embedDim < 1 || numHeads < 1 || embedDim % numHeads != 0) {
      throw new IllegalArgumentException(
          "MultiheadAttention: embedDim "
              + embedDim
              + ": must be a multiple of "
              + numHeads
              + " heads");
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.options = options;
    long kdim = options.kdim().orElse(embedDim);
    long vdim = options.vdim().orElse(embedDim);
    boolean together = kdim == embedDim && vdim == embedDim;
    inProjWeight = projection(together, 3 * embedDim, embedDim);
    qProjWeight = projection(!together, embedDim, embedDim);
    kProjWeight = projection(!together, embedDim, kdim);
    vProjWeight = projection(!together, embedDim, vdim);
    inProjBias =
        options.bias() ? Optional.of(Init.parameter(Init::zeros, 3 * embedDim)) : Optional.empty();
    biasK = appended(options.addBiasKv());
    biasV = appended(options.addBiasKv());
    outProj = new Linear(embedDim, embedDim, options.bias());
    outProj.bias.ifPresent(Init::zeros);
  }

  private static Optional<Parameter> projection(boolean wanted, long rows, long columns) {
    return wanted
        ? Optional.of(Init.parameter(Init::xavierUniform, rows, columns))
        : Optional.empty();
  }

  private Optional<Parameter> appended(boolean wanted) {
    return wanted
        ? Optional.of(Init.parameter(Init::xavierNormal, 1, 1, embedDim))
        : Optional.empty();
  }

  /** {@link #apply(Object)} without masks. */
  public Output apply(Tensor query, Tensor key, Tensor value) {
    return apply(Input.of(query, key, value));
  }

  @Override
  protected Output forward(Input in) {
    boolean batched = in.query.rank() == 3;
    requireRanks(in, batched);
    Tensor query = samplesFirst(in.query, batched);
    Tensor key = in.key == in.query ? query : samplesFirst(in.key, batched);
    Tensor value = in.value == in.key ? key : samplesFirst(in.value, batched);
    if (key.size(0) != query.size(0)
        || value.size(0) != query.size(0)
        || key.size(1) != value.size(1)) {
      throw misfit(in, "samples or lengths differ");
    }
    Tensor q = heads(project(query, 0, qProjWeight));
    Tensor k = heads(withRow(project(key, 1, kProjWeight), biasK));
    Tensor v = heads(withRow(project(value, 2, vProjWeight), biasV));
    if (options.addZeroAttn()) {
      k = k.pad(0, 0, 0, 1);
      v = v.pad(0, 0, 0, 1);
    }
    Optional<Tensor> mask = mask(in, q, key.size(1), k.size(2) - key.size(1), batched);
    AttentionMask seen = mask.map(AttentionMask::of).orElse(AttentionMask.NONE);
    double dropout = isTraining() ? options.dropout() : 0;
    double scale = 1 / Math.sqrt((double) embedDim / numHeads);
    Tensor joined;
    Optional<Tensor> weights = Optional.empty();
    if (in.needWeights) {
      Tensor all = Attention.weights(q, k, scale, seen);
      all = Functional.dropout(all, dropout, true);
      joined = all.matmul(v);
      Tensor shown = in.averageAttnWeights ? all.mean(1) : all;
      weights = Optional.of(batched ? shown : shown.squeeze(0));
    } else {
      joined =
          Functional.scaledDotProductAttention(
              q, k, v, seen, dropout, java.util.OptionalDouble.of(scale));
    }
    Tensor y = joined.transpose(1, 2).reshape(query.size(0), query.size(1), embedDim);
    y = outProj.apply(y);
    y = batched ? (options.batchFirst() ? y : y.transpose(0, 1)) : y.squeeze(0);
    return new Output(y, weights);
  }

  private void requireRanks(Input in, boolean batched) {
    int rank = batched ? 3 : 2;
    if (in.query.rank() != rank
        || in.key.rank() != rank
        || in.value.rank() != rank
        || in.query.size(-1) != embedDim
        || in.key.size(-1) != options.kdim().orElse(embedDim)
        || in.value.size(-1) != options.vdim().orElse(embedDim)) {
      throw misfit(
          in,
          "needs three or two dimensions each, and widths of "
              + List.of(
                  embedDim, options.kdim().orElse(embedDim), options.vdim().orElse(embedDim)));
    }
  }

  private static ShapeException misfit(Input in, String why) {
    return new ShapeException(
        "MultiheadAttention: query "
            + in.query.shape()
            + ", key "
            + in.key.shape()
            + ", value "
            + in.value.shape()
            + ": "
            + why);
  }

  /** As (N, L, E). */
  private Tensor samplesFirst(Tensor x, boolean batched) {
    return !batched ? x.unsqueeze(0) : options.batchFirst() ? x : x.transpose(0, 1);
  }

  private Tensor project(Tensor x, int which, Optional<Parameter> own) {
    Tensor weight =
        own.<Tensor>map(w -> w)
            .orElseGet(() -> inProjWeight.orElseThrow().narrow(0, which * embedDim, embedDim));
    Optional<Tensor> bias = inProjBias.map(b -> b.narrow(0, which * embedDim, embedDim));
    return Functional.linear(x, weight, bias);
  }

  /** With a learned key or value behind the others. */
  private static Tensor withRow(Tensor x, Optional<Parameter> row) {
    return row.isEmpty() ? x : Tensor.cat(List.of(x, row.get().expand(x.size(0), 1, x.size(2))), 1);
  }

  /** (N, L, E) as (N, heads, L, E / heads). */
  private Tensor heads(Tensor x) {
    return x.reshape(x.size(0), x.size(1), numHeads, embedDim / numHeads).transpose(1, 2);
  }

  /**
   * Both masks as one summand that broadcasts to (N, heads, L, S); what was appended to the keys is
   * seen by all.
   */
  private Optional<Tensor> mask(Input in, Tensor q, long keys, long appended, boolean batched) {
    DType dtype = q.dtype();
    long samples = q.size(0);
    long queries = q.size(2);
    Optional<Tensor> attention =
        in.attnMask.map(
            given -> {
              Tensor mask = Attention.additive("attnMask", given, dtype);
              if (mask.shape().equals(Shape.of(queries, keys))) {
                return mask.reshape(1, 1, queries, keys);
              }
              if (mask.shape().equals(Shape.of(samples * numHeads, queries, keys))) {
                return mask.reshape(samples, numHeads, queries, keys);
              }
              throw new ShapeException(
                  "MultiheadAttention: attnMask "
                      + given.shape()
                      + ": needs "
                      + Shape.of(queries, keys)
                      + " or "
                      + Shape.of(samples * numHeads, queries, keys));
            });
    Optional<Tensor> padding =
        in.keyPaddingMask.map(
            given -> {
              Shape wanted = batched ? Shape.of(samples, keys) : Shape.of(keys);
              if (!given.shape().equals(wanted)) {
                throw new ShapeException(
                    "MultiheadAttention: keyPaddingMask " + given.shape() + ": needs " + wanted);
              }
              return Attention.additive("keyPaddingMask", given, dtype)
                  .reshape(samples, 1, 1, keys);
            });
    return Attention.sum(attention, padding)
        .map(mask -> appended == 0 ? mask : mask.pad(0, appended));
  }

  @Override
  protected String extraRepr() {
    return "embed_dim=" + embedDim + ", num_heads=" + numHeads;
  }
}
