package dev.weft.engine.reference;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.ConvOp.Part;
import dev.weft.engine.op.Windows;

/** Convolution and its two gradients: one nest of loops over x, w and y. */
final class Convolutions {

  private Convolutions() {}

  /** Inputs: x and w, y and w, or x and y, whichever part is wanted; then the bias. */
  static void run(ConvOp op, Tensor[] in, Tensor result) {
    Tensor x = op.part() == Part.INPUT ? result : in[0];
    Tensor w = op.part() == Part.WEIGHT ? result : in[1];
    Tensor y =
        switch (op.part()) {
          case OUTPUT -> result;
          case INPUT -> in[0];
          case WEIGHT -> in[1];
        };
    double[] sums = new double[Values.count(result.shape())];
    if (op.bias()) {
      double[] bias = Values.doubles(in[2]);
      int plane = sums.length / Math.max(1, Values.count(result.shape().slice(0, 2)));
      for (int i = 0; i < sums.length; i++) {
        sums[i] = bias[i / plane % bias.length];
      }
    }
    sum(
        op,
        cube(x.shape()),
        op.part() == Part.INPUT ? sums : Values.doubles(x),
        cube(w.shape()),
        op.part() == Part.WEIGHT ? sums : Values.doubles(w),
        cube(y.shape()),
        op.part() == Part.OUTPUT ? sums : Values.doubles(y));
    Values.write(result, sums);
  }

  /** Five sizes: with spatial dimensions of size 1 put in front of those there are. */
  static int[] cube(Shape shape) {
    int[] sizes = {(int) shape.size(0), (int) shape.size(1), 1, 1, 1};
    for (int d = 2; d < shape.rank(); d++) {
      sizes[d + 5 - shape.rank()] = (int) shape.size(d);
    }
    return sizes;
  }

  /** Adds up whichever of the three is wanted. */
  private static void sum(
      ConvOp op, int[] xs, double[] x, int[] ws, double[] w, int[] ys, double[] y) {
    Windows windows = op.windows().full();
    int groups = (int) op.groups();
    int outputs = ws[0] / groups;
    for (int n = 0; n < ys[0]; n++) {
      for (int o = 0; o < ys[1]; o++) {
        for (int c = 0; c < ws[1]; c++) {
          int channel = o / outputs * ws[1] + c;
          for (int p = 0; p < ys[2] * ys[3] * ys[4]; p++) {
            for (int k = 0; k < ws[2] * ws[3] * ws[4]; k++) {
              int atY = (n * ys[1] + o) * ys[2] * ys[3] * ys[4] + p;
              int atW = (o * ws[1] + c) * ws[2] * ws[3] * ws[4] + k;
              int position = position(windows, xs, ys, p, ws, k);
              int atX = (n * xs[1] + channel) * xs[2] * xs[3] * xs[4] + position;
              double here = position < 0 ? 0 : x[atX];
              switch (op.part()) {
                case OUTPUT -> y[atY] += here * w[atW];
                case WEIGHT -> w[atW] += here * y[atY];
                case INPUT -> {
                  if (position >= 0) {
                    x[atX] += w[atW] * y[atY];
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /** Which element of a channel element {@code k} of window {@code p} is; −1 for padding. */
  static int position(Windows windows, int[] xs, int[] ys, int p, int[] ws, int k) {
    int position = 0;
    int window = ys[2] * ys[3] * ys[4];
    int element = ws[2] * ws[3] * ws[4];
    for (int d = 0; d < Windows.DIMS; d++) {
      window /= ys[d + 2];
      element /= ws[d + 2];
      long at =
          p / window % ys[d + 2] * windows.stride().get(d)
              + k / element % ws[d + 2] * windows.dilation().get(d)
              - windows.padding().get(d);
      if (at < 0 || at >= xs[d + 2]) {
        return -1;
      }
      position = position * xs[d + 2] + (int) at;
    }
    return position;
  }
}
