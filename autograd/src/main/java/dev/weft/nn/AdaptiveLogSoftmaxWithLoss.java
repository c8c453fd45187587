package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * A softmax over many classes that are sorted by frequency: the first ones and one entry per
 * cluster of rarer ones form the head; a cluster's classes are told apart behind a projection that
 * gets smaller from cluster to cluster. log p(c) is that of the head for a frequent class, and else
 * log p(cluster) + log p(c | cluster).
 *
 * <p>Shape: x (N, D) and target (N), or x (D) and a scalar target. Parameters are named {@code
 * head.weight}, {@code head.bias}, {@code tail.0.0.weight}, {@code tail.0.1.weight}, …, as in
 * PyTorch. Source: Grave, Joulin, Cissé, Grangier, Jégou, "Efficient softmax approximation for
 * GPUs", 2017.
 *
 * {@snippet :
 * var loss = new AdaptiveLogSoftmaxWithLoss(64, 10_000, 100, 1_000);   // 3 clusters: 100, 900, 9000
 * loss.apply(x, target).loss().backward();
 * }
 */
public final class AdaptiveLogSoftmaxWithLoss
    extends Module<Loss.Inputs, AdaptiveLogSoftmaxWithLoss.Result> {

  /**
   * What comes out.
   *
   * @param output log p(target) of each sample
   * @param loss the mean of −output
   */
  public record Result(Tensor output, Tensor loss) {}

  public final Linear head;
  public final ModuleList<Sequential<Tensor, Tensor>> tail = new ModuleList<>();
  private final long[] ends; // the first class behind the head's own, behind each cluster

  /** With projections smaller by 4 from cluster to cluster, and a head without a bias. */
  public AdaptiveLogSoftmaxWithLoss(long inFeatures, long classes, long... cutoffs) {
    this(inFeatures, classes, cutoffs, 4, false);
  }

  /**
   * With other settings.
   *
   * @param cutoffs the first class of each cluster, ascending
   * @param divValue cluster i, from 1 on, is seen through inFeatures / divValueⁱ numbers
   * @param headBias whether the head has a bias
   */
  public AdaptiveLogSoftmaxWithLoss(
      long inFeatures, long classes, long[] cutoffs, double divValue, boolean headBias) {
    requireCutoffs(classes, cutoffs);
    Args.aboveZero("AdaptiveLogSoftmaxWithLoss", "divValue", divValue);
    ends = Arrays.copyOf(cutoffs, cutoffs.length + 1);
    ends[cutoffs.length] = classes;
    head = new Linear(inFeatures, cutoffs[0] + cutoffs.length, headBias);
    for (int i = 1; i < ends.length; i++) {
      long projected = (long) Math.floor(inFeatures / Math.pow(divValue, i));
      tail.add(
          Sequential.of(
              new Linear(inFeatures, projected, false),
              new Linear(projected, ends[i] - ends[i - 1], false)));
    }
  }

  private static void requireCutoffs(long classes, long[] cutoffs) {
    boolean fit = cutoffs.length > 0 && cutoffs[cutoffs.length - 1] < classes;
    long before = 0;
    for (long cutoff : cutoffs) {
      fit &= cutoff > before;
      before = cutoff;
    }
    if (!fit) {
      throw new IllegalArgumentException(
          "AdaptiveLogSoftmaxWithLoss: cutoffs "
              + Arrays.toString(cutoffs)
              + " for "
              + classes
              + " classes: must ascend and lie between 1 and "
              + (classes - 1));
    }
  }

  /** The result for inputs and their classes. */
  public Result apply(Tensor input, Tensor target) {
    return apply(new Loss.Inputs(input, target));
  }

  /** log p(c) of every class: (N, D) → (N, classes). */
  public Tensor logProb(Tensor input) {
    return through(input, this::everyClass);
  }

  /** The most probable class: (N, D) → (N). */
  public Tensor predict(Tensor input) {
    return through(input, x -> everyClass(x).argmax(1));
  }

  private Tensor everyClass(Tensor x) {
    Tensor ofHead = head.apply(x).logSoftmax(1);
    var parts = new ArrayList<Tensor>();
    parts.add(ofHead.narrow(1, 0, ends[0]));
    for (int i = 1; i < ends.length; i++) {
      Tensor cluster = ofHead.narrow(1, ends[0] + i - 1, 1);
      parts.add(tail.get(i - 1).apply(x).logSoftmax(1).add(cluster));
    }
    return Tensor.cat(parts, 1);
  }

  @Override
  protected Result forward(Loss.Inputs inputs) {
    Tensor x = inputs.input();
    Tensor target = inputs.target();
    requireShapes(x, target);
    boolean single = target.rank() == 0;
    Tensor output =
        single ? ofTargets(x.unsqueeze(0), target.reshape(1)).squeeze(0) : ofTargets(x, target);
    return new Result(output, output.neg().mean());
  }

  private static void requireShapes(Tensor x, Tensor target) {
    target.spec().requireIndex("AdaptiveLogSoftmaxWithLoss");
    if (target.rank() > 1
        || x.rank() != target.rank() + 1
        || target.rank() == 1 && x.size(0) != target.size(0)) {
      throw new ShapeException(
          "AdaptiveLogSoftmaxWithLoss: input "
              + x.shape()
              + ", target "
              + target.shape()
              + ": needs (N, D) and (N), or (D) and a scalar");
    }
  }

  private Tensor ofTargets(Tensor x, Tensor target) {
    requireClasses(target);
    Tensor entry = target.to(DType.INT64); // of the head
    Tensor output = Tensor.zeros(target.shape(), x.dtype(), x.device());
    for (int i = 1; i < ends.length; i++) {
      long first = ends[i - 1];
      Tensor mine = target.ge(first).logicalAnd(target.lt(ends[i]));
      Tensor rows = mine.nonzero().reshape(-1);
      if (rows.numel() > 0) {
        Tensor within = target.indexSelect(0, rows).to(DType.INT64).sub(first).unsqueeze(1);
        Tensor scores = tail.get(i - 1).apply(x.indexSelect(0, rows)).logSoftmax(1);
        output = output.indexAdd(0, rows, scores.gather(1, within).squeeze(1).to(x.dtype()));
        Tensor cluster = Tensor.full(Shape.SCALAR, ends[0] + i - 1, DType.INT64, target.device());
        entry = mine.where(cluster, entry);
      }
    }
    Tensor ofHead = head.apply(x).logSoftmax(1);
    return output.add(ofHead.gather(1, entry.unsqueeze(1)).squeeze(1));
  }

  private void requireClasses(Tensor target) {
    long classes = ends[ends.length - 1];
    for (long c : target.toLongArray()) {
      if (c < 0 || c >= classes) {
        throw new IndexException(
            "AdaptiveLogSoftmaxWithLoss: target " + c + ": classes are 0 to " + (classes - 1));
      }
    }
  }
}
