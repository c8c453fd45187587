package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Corners of losses, with numbers from PyTorch 2.13. */
class LossDetailsTest {

  private static final Optional<Tensor> NONE = Optional.empty();

  @Test
  void batchmeanDividesByTheFirstSizeOfTheInputAlsoWhereTheTargetsAreMore() {
    Tensor targets = Tensor.of(-0.5, -1.0, -2.0);
    assertThat(Functional.klDiv(Tensor.of(-1.0), targets, KLReduction.BATCHMEAN, true).item())
        .isCloseTo(0.167930046619704, within(1e-15));
    Tensor scalar = Tensor.scalar(-1.0).to(targets.dtype());
    assertThat(Functional.klDiv(scalar, targets, KLReduction.BATCHMEAN, true).item())
        .isCloseTo(0.167930046619704, within(1e-15));
  }

  @Test
  void gaussianNllTakesVariancesAsTheyAreWithEpsilonZero() {
    Tensor x = Tensor.of(1.0, 2.0);
    Tensor target = Tensor.of(0.5, 2.5);
    Tensor variance = Tensor.of(0.25, 1e-8);
    assertThat(Functional.gaussianNllLoss(x, target, variance, false, 0, Reduction.SUM).item())
        .isCloseTo(12499990.596512448, within(1e-8));
  }

  @Test
  void factorsThatAreLargerThanTheLossesAreRefused() {
    Tensor x = Tensor.of(0.5);
    Optional<Tensor> large = Optional.of(Tensor.ones(2, 1));
    assertThatThrownBy(() -> Functional.binaryCrossEntropy(x, x, large, Reduction.MEAN))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("binary_cross_entropy: weight (2, 1), input (1)");
    assertThatThrownBy(
            () -> Functional.binaryCrossEntropyWithLogits(x, x, NONE, large, Reduction.MEAN))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("binary_cross_entropy_with_logits: positive weight (2, 1)");
    assertThatThrownBy(() -> Functional.softMarginLoss(x, Tensor.ones(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("soft_margin_loss: targets (3), input (1)");
    Optional<Tensor> four = Optional.of(Tensor.ones(4));
    assertThatThrownBy(
            () ->
                Functional.multiMarginLoss(
                    Tensor.ones(1, 3), Tensor.of(0L), 1, 1, four, Reduction.MEAN))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("multi_margin_loss: weight (4): needs one per class, (3)");
  }

  @Test
  void aScalarHasNoClasses() {
    Tensor scalar = Tensor.scalar(0.5);
    assertThatThrownBy(() -> Functional.multilabelSoftMarginLoss(scalar, scalar))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("multilabel_soft_margin_loss: a scalar has no classes");
  }
}
