package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected numbers: PyTorch 2.13, in float64, of the same inputs and weights. */
class AdaptiveLogSoftmaxTest {

  /** cos(0.9 i + s). */
  private static Tensor values(double s, long... shape) {
    int count = (int) Shape.of(shape).numel();
    return Tensor.of(IntStream.range(0, count).mapToDouble(i -> Math.cos(0.9 * i + s)).toArray())
        .reshape(shape);
  }

  /** sin(0.7 i + k) / 2 for the k-th entry of the state. */
  private static AdaptiveLogSoftmaxWithLoss model() {
    var model = new AdaptiveLogSoftmaxWithLoss(8, 12, new long[] {3, 7}, 2, true);
    model.to(DType.FLOAT64);
    int k = 0;
    try (var _ = Context.current().withGrad(false)) {
      for (Tensor tensor : model.stateDict().values()) {
        double start = k++;
        double[] entries =
            IntStream.range(0, (int) tensor.numel())
                .mapToDouble(i -> 0.5 * Math.sin(0.7 * i + start))
                .toArray();
        tensor.copyFrom(Tensor.of(entries).reshape(tensor.shape()));
      }
    }
    return model;
  }

  private static void assertClose(Tensor got, double... expected) {
    assertThat(got.toDoubleArray()).containsExactly(expected, within(1e-12));
  }

  @Test
  void agreesWithPyTorch() {
    var model = model();
    assertThat(model.stateDict().keySet())
        .containsExactly(
            "head.weight",
            "head.bias",
            "tail.0.0.weight",
            "tail.0.1.weight",
            "tail.1.0.weight",
            "tail.1.1.weight");
    Tensor x = values(0.3, 5, 8).requiresGrad(true);
    var result = model.apply(x, Tensor.of(0L, 11L, 4L, 2L, 8L));
    assertClose(
        result.output(),
        -2.447590493422877,
        -4.482980156210521,
        -3.77156745191421,
        -1.1730747507462276,
        -7.69755129306202);
    assertClose(result.loss(), 3.9145528290711717);
    result.loss().backward();
    assertClose(
        x.grad().orElseThrow().sum(0),
        -0.10876769128447131,
        -0.08976107680792675,
        -0.02853842535309973,
        0.04610629347048665,
        0.09906650204419504,
        0.10543418674972388,
        0.062214525972245326,
        -0.010265598498764718);
    Parameter projection = model.namedParameters().get("tail.1.0.weight");
    assertClose(projection.grad().orElseThrow().sum(1), 0.10198424925796933, 0.1421525488788448);
    assertThat(model.predict(x).toLongArray()).containsExactly(9, 9, 2, 1, 0);
    assertClose(
        model.logProb(x).select(0, 1),
        -3.612570425053149,
        -2.800311767900813,
        -1.8028653574325704,
        -1.5751883427152293,
        -5.038389181284708,
        -2.161268474365479,
        -4.1198424495154,
        -4.158889020766018,
        -2.2227233630298433,
        -1.4892753296697772,
        -3.1761168540139284,
        -4.482980156210521);
    assertClose(model.apply(x.select(0, 1), Tensor.of(11L).reshape()).output(), -4.482980156210522);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> new AdaptiveLogSoftmaxWithLoss(8, 12, 3, 3))
        .hasMessageContaining("cutoffs [3, 3] for 12 classes: must ascend");
    var model = model();
    Tensor x = values(0, 2, 8);
    assertThatThrownBy(() -> model.apply(x, Tensor.of(0L, 12L)))
        .hasMessageContaining("target 12: classes are 0 to 11");
    assertThatThrownBy(() -> model.apply(x, Tensor.of(0L)))
        .hasMessageContaining("input (2, 8), target (1)");
  }

  /** Each row by its own count: w₁ was looked up twice, w₃ three times. */
  @Test
  void bagsDivideGradientsByHowOftenEachRowWasLookedUp() {
    Tensor table = values(0, 4, 1).requiresGrad(true);
    Tensor weights = Tensor.of(.5, .25, 2, 1, 4);
    EmbeddingOptions options = EmbeddingOptions.DEFAULT.scaleGradByFreq(true);
    Functional.embeddingBag(
            Tensor.of(3L, 1L, 3L, 1L, 3L),
            table,
            Optional.of(Tensor.of(0L, 3L)),
            Optional.of(weights),
            EmbeddingBag.Mode.SUM,
            false,
            options)
        .mul(Tensor.of(1.0, 10.0).reshape(2, 1))
        .sum()
        .backward();
    assertClose(table.grad().orElseThrow(), 0, (.25 + 10) / 2, 0, (.5 + 2 + 40) / 3);
  }
}
