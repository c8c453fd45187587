package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Arrays;
import java.util.List;

/**
 * The forward variables α of Graves et al., for all sequences at once and in logarithms: αₜ(s) adds
 * up the ways to have said the first s of the labels, with blanks between them, until time t.
 */
final class CtcLosses {

  private static final String NAME = "ctc_loss";

  /**
   * The logarithm of next to nothing: as −∞ in sums of exponentials, but without NaN in gradients.
   */
  private static final double NOTHING = -1e30;

  private final Tensor emissions; // (T, N, 2S + 1): log-probabilities of the labels with blanks
  private final Tensor mayJump; // (N, 2S + 1): from the label before the last blank
  private final Tensor nothing; // (N, 1)

  private CtcLosses(Tensor logs, Labels labels) {
    long time = logs.size(0);
    Tensor index = labels.extended.expand(Shape.of(time).concat(labels.extended.shape()));
    emissions = logs.gather(2, index);
    mayJump = labels.mayJump;
    nothing = Tensor.full(Shape.of(logs.size(1), 1), NOTHING, logs.dtype(), logs.device());
  }

  static Tensor loss(
      Tensor logProbabilities,
      Tensor targets,
      Tensor inputLengths,
      Tensor targetLengths,
      long blank,
      Reduction reduction,
      boolean zeroInfinity) {
    logProbabilities.spec().requireFloating(NAME);
    if (logProbabilities.rank() == 2 && targets.rank() == 1) {
      Tensor one =
          loss(
              logProbabilities.unsqueeze(1),
              targets.unsqueeze(0),
              inputLengths.reshape(1),
              targetLengths.reshape(1),
              blank,
              reduction,
              zeroInfinity);
      return reduction == Reduction.NONE ? one.reshape(Shape.SCALAR) : one;
    }
    if (logProbabilities.rank() != 3) {
      throw new ShapeException(
          NAME
              + ": log-probabilities "
              + logProbabilities.shape()
              + ": needs (T, N, C), or (T, C) with targets (S)");
    }
    DType dtype = logProbabilities.dtype();
    Tensor logs = logProbabilities.to(DType.promote(dtype, DType.FLOAT32));
    long[] times = lengths("input_lengths", inputLengths, logs.size(1));
    long[] sizes = lengths("target_lengths", targetLengths, logs.size(1));
    for (long time : times) {
      if (time > logs.size(0)) {
        throw new IllegalArgumentException(
            NAME + ": input length " + time + ": there are " + logs.size(0) + " steps of time");
      }
    }
    var labels = Labels.of(targets, sizes, blank, logs);
    Tensor losses = new CtcLosses(logs, labels).run(times, sizes);
    Tensor impossible = losses.gt(-NOTHING / 2);
    Tensor instead =
        Tensor.full(
            Shape.SCALAR, zeroInfinity ? 0 : Double.POSITIVE_INFINITY, logs.dtype(), logs.device());
    losses = impossible.where(instead, losses).to(dtype);
    return switch (reduction) {
      case NONE -> losses;
      case SUM -> losses.sum();
      case MEAN -> {
        long[] divisors = Arrays.stream(sizes).map(size -> Math.max(1, size)).toArray();
        yield losses.div(Tensor.of(divisors).to(losses.device()).to(dtype)).mean();
      }
    };
  }

  private static long[] lengths(String name, Tensor lengths, long batch) {
    lengths.spec().requireIndex(NAME + ": " + name);
    if (lengths.rank() != 1 || lengths.size(0) != batch) {
      throw new ShapeException(
          NAME + ": " + name + " " + lengths.shape() + ": needs one per sequence, (" + batch + ")");
    }
    long[] values = lengths.toLongArray();
    for (long value : values) {
      if (value < 0) {
        throw new IllegalArgumentException(NAME + ": " + name + " " + value + ": is negative");
      }
    }
    return values;
  }

  /** The labels with a blank before, between and behind them. */
  private record Labels(Tensor extended, Tensor mayJump) {

    static Labels of(Tensor targets, long[] sizes, long blank, Tensor logs) {
      long classes = logs.size(2);
      if (blank < 0 || blank >= classes) {
        throw new IndexException(
            NAME + ": blank " + blank + " is outside of " + classes + " classes");
      }
      targets.spec().requireIndex(NAME + ": targets");
      long longest = Arrays.stream(sizes).max().orElse(0);
      int width = Math.toIntExact(2 * longest + 1);
      long[] extended = new long[sizes.length * width];
      boolean[] mayJump = new boolean[extended.length];
      Arrays.fill(extended, blank);
      long[] given = targets.toLongArray();
      requireEnough(targets, sizes, longest);
      int start = 0;
      for (int n = 0; n < sizes.length; n++) {
        int from = targets.rank() == 2 ? Math.toIntExact(n * targets.size(1)) : start;
        for (int s = 0; s < sizes[n]; s++) {
          long label = given[from + s];
          if (label < 0 || label >= classes || label == blank) {
            throw new IndexException(
                NAME
                    + ": target "
                    + label
                    + ": must be one of "
                    + classes
                    + " classes, and not the blank "
                    + blank);
          }
          int at = n * width + 2 * s + 1;
          extended[at] = label;
          mayJump[at] = s > 0 && given[from + s - 1] != label;
        }
        start += Math.toIntExact(sizes[n]);
      }
      Shape shape = Shape.of(sizes.length, width);
      return new Labels(
          Tensor.of(extended).to(logs.device()).reshape(shape),
          Tensor.of(mayJump).to(logs.device()).reshape(shape));
    }

    private static void requireEnough(Tensor targets, long[] sizes, long longest) {
      boolean fits =
          targets.rank() == 2
              ? targets.size(0) == sizes.length && targets.size(1) >= longest
              : targets.rank() == 1 && targets.size(0) == Arrays.stream(sizes).sum();
      if (!fits) {
        throw new ShapeException(
            NAME
                + ": targets "
                + targets.shape()
                + ", target lengths "
                + Arrays.toString(sizes)
                + ": needs (N, S) with S at least the longest, or all one after the other");
      }
    }
  }

  private Tensor run(long[] times, long[] sizes) {
    long steps = Arrays.stream(times).max().orElse(0);
    Tensor lasts = Tensor.of(times).to(emissions.device()).unsqueeze(1);
    Tensor alpha = start(sizes.length);
    for (long t = 0; t < steps; t++) {
      Tensor next = t == 0 ? first() : next(alpha, emissions.select(0, t));
      alpha = lasts.gt(t).where(next, alpha);
    }
    // A sequence may end with its last label or with the blank behind it.
    Tensor end = Tensor.of(sizes).to(emissions.device()).unsqueeze(1).mul(2L);
    Tensor behind = alpha.gather(1, end);
    Tensor hasLabels = end.gt(0L);
    Tensor label = alpha.gather(1, hasLabels.where(end.sub(1L), end));
    return logAddExp(behind, hasLabels.where(label, nothing)).squeeze(1).neg();
  }

  /** Before time: everything may still come, so nothing was said, with certainty. */
  private Tensor start(int batch) {
    Tensor certain = Tensor.zeros(Shape.of(batch, 1), emissions.dtype(), emissions.device());
    long rest = emissions.size(2) - 1;
    return rest == 0 ? certain : Tensor.cat(List.of(certain, nothing.expand(batch, rest)), 1);
  }

  /** At the first time, the first blank or the first label. */
  private Tensor first() {
    Tensor now = emissions.select(0, 0);
    long width = now.size(1);
    return width <= 2
        ? now
        : Tensor.cat(List.of(now.narrow(1, 0, 2), nothing.expand(now.size(0), width - 2)), 1);
  }

  private Tensor next(Tensor alpha, Tensor now) {
    Tensor ways = logAddExp(alpha, shifted(alpha, 1));
    ways = logAddExp(ways, mayJump.where(shifted(alpha, 2), nothing));
    return ways.add(now);
  }

  /** α(s − by), and nothing where there is none. */
  private Tensor shifted(Tensor alpha, int by) {
    long width = alpha.size(1);
    Tensor fill = nothing.expand(alpha.size(0), Math.min(by, width));
    return width <= by ? fill : Tensor.cat(List.of(fill, alpha.narrow(1, 0, width - by)), 1);
  }

  /** log(eˣ + eʸ). */
  private static Tensor logAddExp(Tensor x, Tensor y) {
    Tensor top;
    try (var _ = Context.current().withGrad(false)) {
      top = x.maximum(y);
    }
    return x.sub(top).exp().add(y.sub(top).exp()).log().add(top);
  }
}
