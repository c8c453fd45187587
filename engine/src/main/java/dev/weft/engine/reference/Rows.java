package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.CrossEntropyGrad;
import dev.weft.engine.op.LayerNormGrad;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.LogSoftmaxOp;
import dev.weft.engine.op.SoftmaxOp;
import dev.weft.engine.reference.Values.Axis;

/** Ops that look at a whole row before they know any of its results. */
final class Rows {

  private Rows() {}

  static void softmax(SoftmaxOp op, Tensor x, Tensor y) {
    double[] v = Values.doubles(x);
    Axis axis = Axis.of(x.shape(), op.dim());
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < axis.inner(); i++) {
        double max = max(v, axis, o, i);
        double sum = 0;
        for (int j = 0; j < axis.size(); j++) {
          sum += v[axis.at(o, j, i)] = Math.exp(v[axis.at(o, j, i)] - max);
        }
        for (int j = 0; j < axis.size(); j++) {
          v[axis.at(o, j, i)] /= sum;
        }
      }
    }
    Values.write(y, v);
  }

  static void logSoftmax(LogSoftmaxOp op, Tensor x, Tensor y) {
    double[] v = Values.doubles(x);
    Axis axis = Axis.of(x.shape(), op.dim());
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < axis.inner(); i++) {
        double max = max(v, axis, o, i);
        double sum = 0;
        for (int j = 0; j < axis.size(); j++) {
          sum += Math.exp(v[axis.at(o, j, i)] - max);
        }
        for (int j = 0; j < axis.size(); j++) {
          v[axis.at(o, j, i)] -= max + Math.log(sum);
        }
      }
    }
    Values.write(y, v);
  }

  private static double max(double[] v, Axis axis, int o, int i) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < axis.size(); j++) {
      max = Math.max(max, v[axis.at(o, j, i)]);
    }
    return max;
  }

  static void crossEntropy(CrossEntropy op, Tensor logits, Tensor targets, Tensor loss, Tensor z) {
    double[] x = Values.doubles(logits);
    long[] target = targets(op, logits, targets);
    int classes = (int) logits.size(1);
    double smooth = op.labelSmoothing();
    double[] losses = new double[target.length];
    double[] logSums = new double[target.length];
    double total = 0;
    long counted = 0;
    for (int i = 0; i < target.length; i++) {
      Axis row = new Axis(target.length, classes, 1);
      double max = max(x, row, i, 0);
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(x[row.at(i, c, 0)] - max);
      }
      logSums[i] = max + Math.log(sum);
      if (target[i] == op.ignoreIndex()) {
        continue;
      }
      losses[i] = (1 - smooth) * (logSums[i] - x[row.at(i, (int) target[i], 0)]);
      for (int c = 0; c < classes && smooth > 0; c++) {
        losses[i] += smooth / classes * (logSums[i] - x[row.at(i, c, 0)]);
      }
      total += losses[i];
      counted++;
    }
    switch (op.reduction()) {
      case NONE -> Values.write(loss, losses);
      case SUM -> Values.write(loss, new double[] {total});
      case MEAN -> Values.write(loss, new double[] {total / counted});
    }
    Values.write(z, logSums);
  }

  /** Inputs: g, logits, targets, z. */
  static void crossEntropyGrad(CrossEntropyGrad op, Tensor[] in, Tensor y) {
    CrossEntropy forward = op.forward();
    double[] g = Values.doubles(in[0]);
    double[] x = Values.doubles(in[1]);
    long[] target = targets(forward, in[1], in[2]);
    double[] z = Values.doubles(in[3]);
    int classes = (int) in[1].size(1);
    double smooth = forward.labelSmoothing();
    long counted = 0;
    for (long t : target) {
      counted += t == forward.ignoreIndex() ? 0 : 1;
    }
    double[] result = new double[x.length];
    for (int i = 0; i < result.length; i++) {
      int row = i / classes;
      int c = i % classes;
      if (target[row] == forward.ignoreIndex()) {
        continue;
      }
      double share =
          switch (forward.reduction()) {
            case NONE -> g[row];
            case SUM -> g[0];
            case MEAN -> g[0] / counted;
          };
      double wanted = (c == target[row] ? 1 - smooth : 0) + smooth / classes;
      result[i] = share * (Math.exp(x[i] - z[row]) - wanted);
    }
    Values.write(y, result);
  }

  private static long[] targets(CrossEntropy op, Tensor logits, Tensor targets) {
    long[] target = Values.longs(targets);
    op.requireClasses(logits.shape(), target);
    return target;
  }

  /** Inputs: x, then w and b as far as the op has them. Outputs: y, μ, 1/√(σ² + ε). */
  static void layerNorm(LayerNormOp op, Tensor[] in, Tensor[] out) {
    double[] x = Values.doubles(in[0]);
    int size = normalized(op, in[0]);
    double[] means = new double[Values.count(out[1].shape())];
    double[] scales = new double[means.length];
    double[] w = op.weight() ? Values.doubles(in[1]) : new double[0];
    double[] b = op.bias() ? Values.doubles(in[op.weight() ? 2 : 1]) : new double[0];
    double[] y = new double[x.length];
    for (int row = 0; row < means.length; row++) {
      int start = row * size;
      double mean = mean(x, start, size);
      double squares = 0;
      for (int j = 0; j < size; j++) {
        squares += (x[start + j] - mean) * (x[start + j] - mean);
      }
      double scale = 1 / Math.sqrt(squares / size + op.eps());
      for (int j = 0; j < size; j++) {
        y[start + j] =
            (x[start + j] - mean) * scale * (op.weight() ? w[j] : 1) + (op.bias() ? b[j] : 0);
      }
      means[row] = mean;
      scales[row] = scale;
    }
    Values.write(out[0], y);
    Values.write(out[1], means);
    Values.write(out[2], scales);
  }

  /** The mean, corrected by that of what it leaves: of equal numbers it is that number. */
  private static double mean(double[] x, int start, int size) {
    double sum = 0;
    for (int j = 0; j < size; j++) {
      sum += x[start + j];
    }
    double mean = sum / size;
    double rest = 0;
    for (int j = 0; j < size; j++) {
      rest += x[start + j] - mean;
    }
    return Double.isFinite(mean) ? mean + rest / size : mean;
  }

  /** Inputs: g, x, μ, 1/√(σ² + ε), w. Outputs: ∂L/∂x, then ∂L/∂w and ∂L/∂b. */
  static void layerNormGrad(LayerNormGrad op, Tensor[] in, Tensor[] out) {
    LayerNormOp forward = op.forward();
    double[] g = Values.doubles(in[0]);
    double[] x = Values.doubles(in[1]);
    double[] mean = Values.doubles(in[2]);
    double[] scale = Values.doubles(in[3]);
    double[] w = forward.weight() ? Values.doubles(in[4]) : new double[0];
    int size = normalized(forward, in[1]);
    double[] gx = new double[x.length];
    double[] gw = new double[size];
    double[] gb = new double[size];
    for (int row = 0; row < mean.length; row++) {
      int start = row * size;
      double sum = 0;
      double dot = 0;
      double[] normal = new double[size];
      double[] h = new double[size];
      for (int j = 0; j < size; j++) {
        normal[j] = (x[start + j] - mean[row]) * scale[row];
        h[j] = g[start + j] * (forward.weight() ? w[j] : 1);
        sum += h[j];
        dot += h[j] * normal[j];
        gw[j] += g[start + j] * normal[j];
        gb[j] += g[start + j];
      }
      for (int j = 0; j < size; j++) {
        gx[start + j] = (h[j] - sum / size - normal[j] * dot / size) * scale[row];
      }
    }
    Values.write(out[0], gx);
    int next = 1;
    if (forward.weight()) {
      Values.write(out[next++], gw);
    }
    if (forward.bias()) {
      Values.write(out[next], gb);
    }
  }

  private static int normalized(LayerNormOp op, Tensor x) {
    return Values.count(x.shape().slice(x.rank() - op.dims(), x.rank()));
  }
}
