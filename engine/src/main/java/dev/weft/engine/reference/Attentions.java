package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.AttentionGrad;
import dev.weft.engine.op.AttentionOp;

/** Attention, query by query. */
final class Attentions {

  private final AttentionOp op;
  private final int queries;
  private final int keys;
  private final int width;
  private final int values;
  private final double[] q;
  private final double[] k;
  private final double[] v;

  private Attentions(AttentionOp op, Tensor q, Tensor k, Tensor v) {
    this.op = op;
    this.queries = (int) q.size(-2);
    this.keys = (int) k.size(-2);
    this.width = (int) q.size(-1);
    this.values = (int) v.size(-1);
    this.q = Values.doubles(q);
    this.k = Values.doubles(k);
    this.v = Values.doubles(v);
  }

  /** Inputs: q, k, v. Outputs: y, and the logarithm of the sum of each query's exponentials. */
  static void run(AttentionOp op, Tensor[] in, Tensor[] out) {
    var a = new Attentions(op, in[0], in[1], in[2]);
    double[] y = new double[Values.count(out[0].shape())];
    double[] logs = new double[Values.count(out[1].shape())];
    for (int row = 0; row < logs.length; row++) {
      double[] scores = a.scores(row);
      double max = Double.NEGATIVE_INFINITY;
      for (double score : scores) {
        max = Math.max(max, score);
      }
      double sum = 0;
      for (double score : scores) {
        sum += Math.exp(score - max);
      }
      for (int j = 0; j < a.keys; j++) {
        addScaled(Math.exp(scores[j] - max) / sum, a.v, a.key(row, j), y, row, a.values);
      }
      logs[row] = max + Math.log(sum);
    }
    Values.write(out[0], y);
    Values.write(out[1], logs);
  }

  /** Inputs: g, q, k, v, y, logarithms. Outputs: ∂L/∂q, ∂L/∂k, ∂L/∂v. */
  static void grad(AttentionGrad op, Tensor[] in, Tensor[] out) {
    var a = new Attentions(op.forward(), in[1], in[2], in[3]);
    double[] g = Values.doubles(in[0]);
    double[] y = Values.doubles(in[4]);
    double[] logs = Values.doubles(in[5]);
    double[] ofQ = new double[a.q.length];
    double[] ofK = new double[a.k.length];
    double[] ofV = new double[a.v.length];
    for (int row = 0; row < logs.length; row++) {
      double[] scores = a.scores(row);
      double mean = dot(g, row, y, row, a.values);
      for (int j = 0; j < a.keys; j++) {
        int key = a.key(row, j);
        double weight = Math.exp(scores[j] - logs[row]);
        addScaled(weight, g, row, ofV, key, a.values);
        double slope = weight * (dot(g, row, a.v, key, a.values) - mean);
        slope = a.hides(row, j) ? 0 : slope * op.forward().scale();
        addScaled(slope, a.k, key, ofQ, row, a.width);
        addScaled(slope, a.q, row, ofK, key, a.width);
      }
    }
    Values.write(out[0], ofQ);
    Values.write(out[1], ofK);
    Values.write(out[2], ofV);
  }

  /** The row of key j of the head that a query belongs to. */
  private int key(int query, int j) {
    return query / queries * keys + j;
  }

  private boolean hides(int query, int j) {
    return op.causal() && j > query % queries;
  }

  private double[] scores(int query) {
    double[] scores = new double[keys];
    for (int j = 0; j < keys; j++) {
      scores[j] =
          hides(query, j)
              ? Double.NEGATIVE_INFINITY
              : op.scale() * dot(q, query, k, key(query, j), width);
    }
    return scores;
  }

  private static double dot(double[] a, int i, double[] b, int j, int size) {
    double sum = 0;
    for (int p = 0; p < size; p++) {
      sum += a[i * size + p] * b[j * size + p];
    }
    return sum;
  }

  /** Row j of b += factor · row i of a. */
  private static void addScaled(double factor, double[] a, int i, double[] b, int j, int size) {
    for (int p = 0; p < size; p++) {
      b[j * size + p] += factor * a[i * size + p];
    }
  }
}
