package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.Reduction;
import java.util.Optional;

/**
 * How a loss over classes counts. Immutable; start from {@link #DEFAULT}.
 *
 * {@snippet :
 * Functional.crossEntropy(logits, targets, LossOptions.DEFAULT.labelSmoothing(0.1));
 * }
 *
 * @param weight how much each class counts, (C)
 * @param ignoreIndex the target that does not count
 * @param reduction what happens to the losses of the elements
 * @param labelSmoothing ε: the share of the target that is spread over all classes
 */
public record LossOptions(
    Optional<Tensor> weight, long ignoreIndex, Reduction reduction, double labelSmoothing) {

  /** No weights, −100 ignored, the mean, no smoothing. */
  public static final LossOptions DEFAULT =
      new LossOptions(Optional.empty(), CrossEntropy.IGNORE, Reduction.MEAN, 0);

  public LossOptions {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "label smoothing " + labelSmoothing + ": must be from 0 to 1");
    }
  }

  /** With one weight per class. */
  public LossOptions weight(Tensor weight) {
    return new LossOptions(Optional.of(weight), ignoreIndex, reduction, labelSmoothing);
  }

  /** With another target that does not count. */
  public LossOptions ignoreIndex(long ignoreIndex) {
    return new LossOptions(weight, ignoreIndex, reduction, labelSmoothing);
  }

  /** With another reduction. */
  public LossOptions reduction(Reduction reduction) {
    return new LossOptions(weight, ignoreIndex, reduction, labelSmoothing);
  }

  /** With smoothed targets. */
  public LossOptions labelSmoothing(double labelSmoothing) {
    return new LossOptions(weight, ignoreIndex, reduction, labelSmoothing);
  }
}
