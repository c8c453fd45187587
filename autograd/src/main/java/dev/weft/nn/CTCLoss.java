package dev.weft.nn;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;

/** {@link Functional#ctcLoss} with fixed options. */
public final class CTCLoss extends Module<CTCLoss.Inputs, Tensor> {

  /** Log-probabilities over time, the labels, and how much of each counts. */
  public record Inputs(
      Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) {}

  private final long blank;
  private final Reduction reduction;
  private final boolean zeroInfinity;

  /** With blanks in class 0, the mean, and ∞ where a sequence is impossible. */
  public CTCLoss() {
    this(0, Reduction.MEAN, false);
  }

  public CTCLoss(long blank, Reduction reduction, boolean zeroInfinity) {
    this.blank = blank;
    this.reduction = reduction;
    this.zeroInfinity = zeroInfinity;
  }

  /** Compares them. */
  public Tensor apply(
      Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
    return apply(new Inputs(logProbabilities, targets, inputLengths, targetLengths));
  }

  @Override
  protected Tensor forward(Inputs in) {
    return Functional.ctcLoss(
        in.logProbabilities(),
        in.targets(),
        in.inputLengths(),
        in.targetLengths(),
        blank,
        reduction,
        zeroInfinity);
  }
}
