package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.CrossEntropyGrad;
import dev.weft.engine.op.Reduction;

/** Cross-entropy of logits and class indices, row by row; what is one number per row is double. */
final class CrossEntropies {

  private CrossEntropies() {}

  /** Inputs: logits, targets. Outputs: the loss, and z of each row. */
  static void run(CrossEntropy op, Tensor[] in, Tensor[] out) {
    Tensor logits = in[0];
    long[] targets = targets(op, logits, in[1]);
    double[] losses = new double[targets.length];
    long classes = logits.size(1);
    Widening widening = Widening.of(logits.dtype());
    DType dtype = widening.to();
    double smooth = op.labelSmoothing();
    var exponentials = new Exponentials(dtype, logits.numel());
    Fold differences = Fold.Kind.DIFFERENCES.on(dtype, smooth > 0 ? logits.numel() : 0);
    try (Temp x = Temp.contiguous(logits)) {
      Parallel.ranges(
          targets.length,
          grain(classes),
          (first, last) -> {
            try (Temp wide = widening.room(classes);
                Temp room = exponentials.room(classes)) {
              for (int i = (int) first; i < last; i++) {
                long start = x.address() + i * classes * logits.dtype().bytes();
                long row = widening.read(start, classes, wide);
                double max = exponentials.max(row, classes);
                double log = Exponentials.log(exponentials.sum(row, max, classes, room));
                Native.setDouble(out[1].dtype(), out[1].address(), i, max + log);
                if (targets[i] == op.ignoreIndex()) {
                  continue;
                }
                double wanted = Native.getDouble(dtype, row, targets[i]);
                losses[i] = (1 - smooth) * (max - wanted + log);
                if (smooth > 0) {
                  double shifted = differences.sum(row, 0, max, classes, dtype.bytes());
                  losses[i] += smooth * (log - shifted / classes);
                }
              }
            }
          });
    }
    write(op, targets, losses, out[0]);
  }

  private static void write(CrossEntropy op, long[] targets, double[] losses, Tensor loss) {
    if (op.reduction() == Reduction.NONE) {
      for (int i = 0; i < losses.length; i++) {
        Native.setDouble(loss.dtype(), loss.address(), i, losses[i]);
      }
      return;
    }
    double total = losses.length == 0 ? 0 : pairwise(losses, 0, losses.length);
    double divisor = op.reduction() == Reduction.MEAN ? counted(op, targets) : 1;
    Native.setDouble(loss.dtype(), loss.address(), 0, total / divisor);
  }

  private static double pairwise(double[] x, int from, int to) {
    if (to - from == 1) {
      return x[from];
    }
    int middle = from + (to - from) / 2;
    return pairwise(x, from, middle) + pairwise(x, middle, to);
  }

  /** Inputs: g, logits, targets, z. */
  static void runGrad(CrossEntropyGrad op, Tensor[] in, Tensor y) {
    CrossEntropy forward = op.forward();
    Tensor logits = in[1];
    long[] targets = targets(forward, logits, in[2]);
    long classes = logits.size(1);
    int bytes = logits.dtype().bytes();
    Widening widening = Widening.of(logits.dtype());
    DType dtype = widening.to();
    Formula exp = Formula.Kind.SCALED_EXP.on(dtype, logits.numel());
    double smooth = forward.labelSmoothing();
    double counted = forward.reduction() == Reduction.MEAN ? counted(forward, targets) : 1;
    try (Temp g = Widening.contiguous(in[0]);
        Temp x = Temp.contiguous(logits);
        Temp z = Widening.contiguous(in[3])) {
      Parallel.ranges(
          targets.length,
          grain(classes),
          (first, last) -> {
            try (Temp wide = widening.room(classes)) {
              for (int i = (int) first; i < last; i++) {
                long offset = i * classes * bytes;
                if (targets[i] == forward.ignoreIndex()) {
                  ALL.asSlice(y.address() + offset, classes * bytes).fill((byte) 0);
                  continue;
                }
                long row = widening.read(x.address() + offset, classes, wide);
                long result = widening.target(y.address() + offset, wide);
                double logSum = Native.getDouble(dtype, z.address(), i);
                boolean shared = forward.reduction() != Reduction.NONE;
                double share = Native.getDouble(dtype, g.address(), shared ? 0 : i) / counted;
                double wanted = Native.getDouble(dtype, row, targets[i]);
                exp.run(row, logSum, smooth / classes, share, result, classes);
                double probability = StrictMath.exp(wanted - logSum);
                Native.setDouble(
                    dtype,
                    result,
                    targets[i],
                    (probability - (1 - smooth) - smooth / classes) * share);
                widening.write(result, classes, y.address() + offset);
              }
            }
          });
    }
  }

  private static long grain(long classes) {
    return Math.max(1, Elementwise.HEAVY / classes);
  }

  private static long counted(CrossEntropy op, long[] targets) {
    long counted = 0;
    for (long target : targets) {
      counted += target == op.ignoreIndex() ? 0 : 1;
    }
    return counted;
  }

  private static long[] targets(CrossEntropy op, Tensor logits, Tensor targets) {
    try (Temp contiguous = Temp.contiguous(targets)) {
      long[] values =
          Chunk.longs(targets.dtype(), contiguous.address(), Math.toIntExact(targets.numel()));
      op.requireClasses(logits.shape(), values);
      return values;
    }
  }
}
