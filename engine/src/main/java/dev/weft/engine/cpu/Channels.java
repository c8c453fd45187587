package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.BatchNormGrad;
import dev.weft.engine.op.BatchNormOp;

/**
 * Normalisation of channels. Some neighbouring channels at a time are a piece of work; the planes
 * of a sample that belong to them are adjacent, and are read as an array of doubles. A channel's
 * sums are made by one thread, sample by sample.
 */
final class Channels {

  /** Elements of a sample per piece: enough to make a copy into an array worth its call. */
  private static final long ELEMENTS = 4096;

  private final int plane;
  private final long channels;
  private final long samples;

  private Channels(Tensor x) {
    this.plane = Math.toIntExact(x.shape().slice(2, x.rank()).numel());
    this.channels = x.size(1);
    this.samples = x.size(0);
  }

  private void pieces(Parallel.Body body) {
    Parallel.ranges(channels, Math.max(1, ELEMENTS / Math.max(1, plane)), body);
  }

  /** The elements of sample n in channels {@code from} to {@code to}. */
  private double[] read(DType dtype, long address, long n, long from, long to) {
    long at = (n * channels + from) * plane * dtype.bytes();
    return Chunk.doubles(dtype, address + at, Math.toIntExact((to - from) * plane));
  }

  private void write(DType dtype, double[] values, long address, long n, long from) {
    Chunk.write(
        dtype, values, values.length, address + (n * channels + from) * plane * dtype.bytes());
  }

  private static double[] parameter(boolean given, Tensor[] in, int index, long from, long to) {
    if (!given) {
      return new double[0];
    }
    DType dtype = in[index].dtype();
    try (Temp values = Temp.contiguous(in[index])) {
      return Chunk.doubles(dtype, values.address() + from * dtype.bytes(), (int) (to - from));
    }
  }

  private static void writeStatistic(Tensor y, double[] values, long from) {
    DType dtype = y.dtype();
    Chunk.write(dtype, values, values.length, y.address() + from * dtype.bytes());
  }

  /** Inputs: x, then w and b as far as the op has them. Outputs: y, μ, σ². */
  static void batchNorm(BatchNormOp op, Tensor[] in, Tensor[] out) {
    var planes = new Channels(in[0]);
    try (Temp x = Temp.contiguous(in[0])) {
      planes.pieces((from, to) -> planes.batchNorm(op, in, out, x.address(), from, to));
    }
  }

  private void batchNorm(BatchNormOp op, Tensor[] in, Tensor[] out, long x, long from, long to) {
    DType dtype = in[0].dtype();
    int count = (int) (to - from);
    double[] w = parameter(op.weight(), in, 1, from, to);
    double[] b = parameter(op.bias(), in, op.weight() ? 2 : 1, from, to);
    double[] mean = new double[count];
    for (long n = 0; n < samples; n++) {
      addSums(read(dtype, x, n, from, to), mean);
    }
    divide(mean);
    double[] variance = new double[count];
    for (long n = 0; n < samples; n++) {
      addSquares(read(dtype, x, n, from, to), mean, variance);
    }
    divide(variance);
    double[] scale = new double[count];
    for (int c = 0; c < count; c++) {
      scale[c] = 1 / Math.sqrt(variance[c] + op.eps()) * (op.weight() ? w[c] : 1);
    }
    for (long n = 0; n < samples; n++) {
      double[] values = read(dtype, x, n, from, to);
      for (int c = 0; c < count; c++) {
        double shift = op.bias() ? b[c] : 0;
        for (int i = c * plane; i < (c + 1) * plane; i++) {
          values[i] = (values[i] - mean[c]) * scale[c] + shift;
        }
      }
      write(dtype, values, out[0].address(), n, from);
    }
    writeStatistic(out[1], mean, from);
    writeStatistic(out[2], variance, from);
  }

  private void addSums(double[] x, double[] sums) {
    for (int c = 0; c < sums.length; c++) {
      double sum = 0;
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        sum += x[i];
      }
      sums[c] += sum;
    }
  }

  private void addSquares(double[] x, double[] mean, double[] sums) {
    for (int c = 0; c < sums.length; c++) {
      double sum = 0;
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        sum += (x[i] - mean[c]) * (x[i] - mean[c]);
      }
      sums[c] += sum;
    }
  }

  private void divide(double[] sums) {
    for (int c = 0; c < sums.length; c++) {
      sums[c] /= (double) samples * plane;
    }
  }

  /** Inputs: g, x, μ, σ², w. Outputs: ∂L/∂x, then ∂L/∂w and ∂L/∂b. */
  static void batchNormGrad(BatchNormGrad op, Tensor[] in, Tensor[] out) {
    var planes = new Channels(in[1]);
    try (Temp g = Temp.contiguous(in[0]);
        Temp x = Temp.contiguous(in[1])) {
      planes.pieces(
          (from, to) ->
              planes.batchNormGrad(op.forward(), in, out, g.address(), x.address(), from, to));
    }
  }

  private void batchNormGrad(
      BatchNormOp op, Tensor[] in, Tensor[] out, long g, long x, long from, long to) {
    DType dtype = in[1].dtype();
    int count = (int) (to - from);
    double[] mean = parameter(true, in, 2, from, to);
    double[] scale = parameter(true, in, 3, from, to);
    double[] w = parameter(op.weight(), in, 4, from, to);
    for (int c = 0; c < count; c++) {
      scale[c] = 1 / Math.sqrt(scale[c] + op.eps());
    }
    double[] gw = new double[count];
    double[] gb = new double[count];
    for (long n = 0; n < samples; n++) {
      double[] gradients = read(dtype, g, n, from, to);
      addSums(gradients, gb);
      addProducts(gradients, read(dtype, x, n, from, to), mean, scale, gw);
    }
    double elements = (double) samples * plane;
    for (long n = 0; n < samples; n++) {
      double[] gradients = read(dtype, g, n, from, to);
      double[] values = read(dtype, x, n, from, to);
      for (int c = 0; c < count; c++) {
        double factor = scale[c] * (op.weight() ? w[c] : 1);
        double meanGradient = gb[c] / elements;
        double slope = scale[c] * gw[c] / elements;
        for (int i = c * plane; i < (c + 1) * plane; i++) {
          double centred = values[i] - mean[c];
          values[i] = (gradients[i] - meanGradient - centred * slope) * factor;
        }
      }
      write(dtype, values, out[0].address(), n, from);
    }
    int next = 1;
    if (op.weight()) {
      writeStatistic(out[next++], gw, from);
    }
    if (op.bias()) {
      writeStatistic(out[next], gb, from);
    }
  }

  /** Σ g x̂ of each channel. */
  private void addProducts(double[] g, double[] x, double[] mean, double[] scale, double[] sums) {
    for (int c = 0; c < sums.length; c++) {
      double sum = 0;
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        sum += g[i] * (x[i] - mean[c]) * scale[c];
      }
      sums[c] += sum;
    }
  }
}
