package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.BatchNormGrad;
import dev.weft.engine.op.BatchNormOp;

/** Normalisation of channels: dimension 1, over all the others. */
final class Channels {

  private Channels() {}

  /** Where element i of a channel lies, of those of all samples and positions in turn. */
  private record Planes(int channels, int plane, int count) {

    static Planes of(Tensor x) {
      int plane = Values.count(x.shape().slice(2, x.rank()));
      return new Planes((int) x.size(1), plane, (int) x.size(0) * plane);
    }

    int at(int channel, int i) {
      return (i / plane * channels + channel) * plane + i % plane;
    }
  }

  /** Inputs: x, then w and b as far as the op has them. Outputs: y, μ, σ². */
  static void batchNorm(BatchNormOp op, Tensor[] in, Tensor[] out) {
    double[] x = Values.doubles(in[0]);
    double[] w = op.weight() ? Values.doubles(in[1]) : new double[0];
    double[] b = op.bias() ? Values.doubles(in[op.weight() ? 2 : 1]) : new double[0];
    Planes planes = Planes.of(in[0]);
    double[] y = new double[x.length];
    double[] means = new double[planes.channels];
    double[] variances = new double[planes.channels];
    for (int c = 0; c < planes.channels; c++) {
      double sum = 0;
      for (int i = 0; i < planes.count; i++) {
        sum += x[planes.at(c, i)];
      }
      double mean = sum / planes.count;
      double squares = 0;
      for (int i = 0; i < planes.count; i++) {
        double centred = x[planes.at(c, i)] - mean;
        squares += centred * centred;
      }
      double variance = squares / planes.count;
      double scale = 1 / Math.sqrt(variance + op.eps()) * (op.weight() ? w[c] : 1);
      for (int i = 0; i < planes.count; i++) {
        int at = planes.at(c, i);
        y[at] = (x[at] - mean) * scale + (op.bias() ? b[c] : 0);
      }
      means[c] = mean;
      variances[c] = variance;
    }
    Values.write(out[0], y);
    Values.write(out[1], means);
    Values.write(out[2], variances);
  }

  /** Inputs: g, x, μ, σ², w. Outputs: ∂L/∂x, then ∂L/∂w and ∂L/∂b. */
  static void batchNormGrad(BatchNormGrad op, Tensor[] in, Tensor[] out) {
    BatchNormOp forward = op.forward();
    double[] g = Values.doubles(in[0]);
    double[] x = Values.doubles(in[1]);
    double[] mean = Values.doubles(in[2]);
    double[] variance = Values.doubles(in[3]);
    double[] w = forward.weight() ? Values.doubles(in[4]) : new double[0];
    Planes planes = Planes.of(in[1]);
    double[] gx = new double[x.length];
    double[] gw = new double[planes.channels];
    double[] gb = new double[planes.channels];
    for (int c = 0; c < planes.channels; c++) {
      double scale = 1 / Math.sqrt(variance[c] + forward.eps());
      for (int i = 0; i < planes.count; i++) {
        int at = planes.at(c, i);
        gw[c] += g[at] * (x[at] - mean[c]) * scale;
        gb[c] += g[at];
      }
      double factor = scale * (forward.weight() ? w[c] : 1);
      for (int i = 0; i < planes.count; i++) {
        int at = planes.at(c, i);
        double normal = (x[at] - mean[c]) * scale;
        gx[at] = (g[at] - gb[c] / planes.count - normal * gw[c] / planes.count) * factor;
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
}
