package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Scaled dot-product attention, y = softmax(s q kᵀ) v, without keeping the matrix of weights; with
 * {@code causal}, query i sees keys 0 to i only.
 *
 * <p>Inputs: q (*, L, E), k (*, S, E), v (*, S, F), with equal batch sizes. Outputs: y (*, L, F);
 * log Σⱼ exp(s qᵢ·kⱼ) of each query (*, L), in float32 or wider, which backward needs. Without keys
 * y is 0. A hidden key has the weight 0, and 0 · ∞ is NaN as in the product of two matrices.
 * Sources: Vaswani et al., "Attention is all you need", 2017; Dao et al., "FlashAttention", 2022.
 */
public record AttentionOp(boolean causal, double scale) implements Op {

  /**
   * Whether this op is computed on a device, or only described, as on meta; elsewhere {@link
   * #weights} and a product take its place.
   */
  public static boolean runsOn(Device device) {
    return device.isCpu() || device.isMeta();
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec q = inputs.get(0).requireFloating(this).requireRank(this, 2);
    TensorSpec k = inputs.get(1).requireRank(this, 2);
    TensorSpec v = inputs.get(2).requireRank(this, 2);
    Shape batch = q.shape().slice(0, q.rank() - 2);
    Shape keys = batch.concat(shape(k.shape().size(-2), q.shape().size(-1)));
    Shape values = batch.concat(shape(k.shape().size(-2), v.shape().size(-1)));
    if (!k.shape().equals(keys) || !v.shape().equals(values)) {
      throw new ShapeException(
          this
              + ": query "
              + q.shape()
              + ", key "
              + k.shape()
              + ", value "
              + v.shape()
              + ": needs (*, L, E), (*, S, E) and (*, S, F)");
    }
    if (k.dtype() != q.dtype() || v.dtype() != q.dtype()) {
      throw new DTypeException(
          this + ": " + q + ", " + k + ", " + v + ": dtypes differ; convert with x.to(dtype)");
    }
    Shape rows = batch.concat(shape(q.shape().size(-2)));
    TensorSpec sums = q.withShape(rows);
    return List.of(
        q.withShape(rows.concat(shape(v.shape().size(-1)))),
        q.dtype().isHalf() ? sums.withDtype(DType.FLOAT32) : sums);
  }

  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0b111, 0b11),
        pull -> {
          Tensor q = pull.input(0);
          Tensor k = pull.input(1);
          Tensor v = pull.input(2);
          Tensor[] results =
              pull.createGraph()
                  ? byOps(pull.grad(), q, k, v)
                  : dev.weft.engine.Dispatch.runAll(
                      new AttentionGrad(this),
                      pull.grad(),
                      q,
                      k,
                      v,
                      pull.output(0),
                      pull.output(1));
          for (int i = 0; i < results.length; i++) {
            if (pull.needs(i)) {
              pull.give(i, results[i]);
            }
          }
        });
  }

  /** The gradient of the scores is w ⊙ (g vᵀ − Σ w ⊙ g vᵀ), with the weights w. */
  private Tensor[] byOps(Tensor g, Tensor q, Tensor k, Tensor v) {
    Tensor w = weights(q, k);
    Tensor ofWeights = w.mul(g.matmul(v.mT()));
    Tensor ofScores = ofWeights.sub(w.mul(ofWeights.sum(-1, true))).mul(scale);
    return new Tensor[] {ofScores.matmul(k), ofScores.mT().matmul(q), w.mT().matmul(g)};
  }

  /** softmax(s q kᵀ) by other ops, for devices and derivatives that have no tiles: (*, L, S). */
  public Tensor weights(Tensor q, Tensor k) {
    Tensor scores = q.mul(scale).matmul(k.mT());
    if (!causal) {
      return scores.softmax(-1);
    }
    Tensor hidden =
        Tensor.full(Shape.SCALAR, Double.NEGATIVE_INFINITY, scores.dtype(), scores.device());
    try (var _ = Context.current().withDefaultDevice(scores.device())) {
      Tensor queries = Tensor.arange(scores.size(-2)).unsqueeze(1);
      return queries.ge(Tensor.arange(scores.size(-1))).where(scores, hidden).softmax(-1);
    }
  }

  @Override
  public Autocast autocast() {
    return Autocast.LOW;
  }

  /** 2 · (batch, L) · S · (E + F), hidden keys included. */
  @Override
  public long flops(List<TensorSpec> inputs, TensorSpec output) {
    Shape v = inputs.get(2).shape();
    long pairs = output.shape().without(-1).numel() * v.size(-2);
    return 2 * pairs * (inputs.get(0).shape().size(-1) + v.size(-1));
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (boolean causal : new boolean[] {false, true}) {
      var op = new AttentionOp(causal, 0.7);
      samples.add(Sample.of(op, shape(5, 3), shape(5, 3), shape(5, 3)));
      samples.add(Sample.of(op, shape(2, 4, 3), shape(2, 7, 3), shape(2, 7, 5)));
      samples.add(Sample.of(op, shape(2, 2, 9, 4), shape(2, 2, 3, 4), shape(2, 2, 3, 1)));
      samples.add(Sample.of(op, shape(1, 17), shape(19, 17), shape(19, 17)));
      samples.add(
          Sample.of(op, shape(3, 4), shape(0, 4), shape(0, 2)).named("no keys, causal=" + causal));
      samples.add(
          Sample.of(op, shape(3, 0), shape(4, 0), shape(4, 2))
              .named("no width: all keys count alike, causal=" + causal));
      samples.add(Sample.of(op, shape(2, 0, 3), shape(2, 4, 3), shape(2, 4, 3)));
      samples.add(
          Sample.of(new AttentionOp(causal, 40), shape(4, 3), shape(6, 3), shape(6, 2))
              .named("weights near 0 and 1, causal=" + causal));
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec q = TensorSpec.of(shape(2, 5, 3), DType.FLOAT32);
    var op = new AttentionOp(false, 1);
    return List.of(
        ErrorSample.of(
            op,
            ShapeException.class,
            "needs (*, L, E), (*, S, E) and (*, S, F)",
            q,
            q,
            TensorSpec.of(shape(2, 4, 3), DType.FLOAT32)),
        ErrorSample.of(
            op, DTypeException.class, "dtypes differ", q, q, q.withDtype(DType.FLOAT64)));
  }

  @Override
  public String toString() {
    return "attention[scale=" + scale + (causal ? ", causal" : "") + "]";
  }
}
