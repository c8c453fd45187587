package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers from PyTorch 2.13, which chunks may not change. */
class LinearCrossEntropyTest {

  private final Tensor x = Tensor.of(1, -2, 0.5, 3, -1, 0.25).reshape(3, 2).requiresGrad(true);
  private final Tensor weight =
      Tensor.of(0.5, -1, 2, 0.1, -0.3, 0.7).reshape(3, 2).requiresGrad(true);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 100})
  void classesWithWeightsSmoothingAndIgnoredTargets(long chunkSize) {
    var options =
        LossOptions.DEFAULT.weight(Tensor.of(1, 2, 0.5)).ignoreIndex(1).labelSmoothing(0.1);
    Optional<Tensor> bias = Optional.of(Tensor.of(0.1, -0.2, 0.3));
    Tensor loss =
        Functional.linearCrossEntropy(x, weight, Tensor.of(0L, 2L, 1L), bias, options, chunkSize);
    loss.backward();
    assertThat(loss.item()).isCloseTo(0.57627572306906, within(1e-14));
    assertThat(x.grad().orElseThrow().toDoubleArray())
        .containsExactly(
            new double[] {
              0.20486896221461343,
              0.14530784886361556,
              0.08948280415848592,
              0.006628324299609658,
              0,
              0
            },
            within(1e-14));
    assertThat(weight.grad().orElseThrow().toDoubleArray())
        .containsExactly(
            new double[] {
              -0.1433226950166708,
              0.2062549196144567,
              0.15837761752486654,
              -0.13317106419362368,
              -0.015054922508195805,
              -0.073083855420833
            },
            within(1e-14));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void probabilities(long chunkSize) {
    Tensor targets = Tensor.of(0.2, 0.5, 0.3, 1, 0, 0, 0, 0.25, 0.75).reshape(3, 3);
    Tensor loss =
        Functional.linearCrossEntropy(
            x, weight, targets, Optional.empty(), LossOptions.DEFAULT, chunkSize);
    assertThat(loss.item()).isCloseTo(2.694596650364653, within(1e-14));
  }

  @Test
  void theModuleHasAClassForEachPlaceAndNamesItsWeightsAsPyTorch() {
    var loss =
        new LinearCrossEntropyLoss(2, 3, new long[] {2}, false, LossOptions.DEFAULT).chunkSize(2);
    loss.to(DType.FLOAT64);
    assertThat(loss.stateDict().keySet()).containsExactly("linear.weight");
    try (var _ = dev.weft.autograd.Autograd.noGrad()) {
      loss.linear.weight.copyFrom(
          Tensor.arange(12).to(DType.FLOAT64).div(10.0).sub(0.5).reshape(6, 2));
    }
    Tensor targets = Tensor.of(0L, 2L, 1L, 1L, 2L, 0L).reshape(3, 2);
    Tensor value = loss.apply(x, targets);
    value.backward();
    assertThat(value.item()).isCloseTo(1.315895496758334, within(1e-14));
    assertThat(loss.linear.weight.grad()).isPresent();
  }

  /** The sum of a chunk is beyond the range of float16, the mean is ln 1000. */
  @Test
  void chunksOfHalfTypesAreSummedInFloat32() {
    Tensor inputs = Tensor.zeros(10_000, 1).to(DType.FLOAT16);
    Tensor flat = Tensor.zeros(1000, 1).to(DType.FLOAT16);
    Tensor targets = Tensor.zeros(10_000).to(DType.INT64);
    Optional<Tensor> none = Optional.empty();
    Tensor loss =
        Functional.linearCrossEntropy(inputs, flat, targets, none, LossOptions.DEFAULT, 9999);
    assertThat(loss.dtype()).isEqualTo(DType.FLOAT16);
    assertThat(loss.item())
        .isCloseTo(Math.log(1000), within(2e-3)); // half a unit in the last place
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    Optional<Tensor> none = Optional.empty();
    Tensor targets = Tensor.of(0L, 2L, 1L);
    assertThatThrownBy(() -> Functional.linearCrossEntropy(x, Tensor.ones(3, 4), targets))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("linear_cross_entropy: input (3, 2), weight (3, 4)");
    assertThatThrownBy(
            () ->
                Functional.linearCrossEntropy(
                    x, weight, Tensor.of(0L), none, LossOptions.DEFAULT, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("batches differ");
    var each = LossOptions.DEFAULT.reduction(Reduction.NONE);
    assertThatThrownBy(() -> Functional.linearCrossEntropy(x, weight, targets, none, each, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chunk size 0");
    assertThatThrownBy(() -> new LinearCrossEntropyLoss(2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LinearCrossEntropyLoss: numClasses");
  }
}
