package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected numbers: PyTorch 2.13, in float64, of the same inputs and weights. */
class FurtherLayersTest {

  private static final double TINY = 1e-12;

  /** cos(0.9 i + s). */
  private static Tensor values(double s, long... shape) {
    int count = (int) Shape.of(shape).numel();
    return Tensor.of(IntStream.range(0, count).mapToDouble(i -> Math.cos(0.9 * i + s)).toArray())
        .reshape(shape);
  }

  /** sin(0.7 i + k) / 2 for the k-th entry of the state. */
  private static void fill(Module<?, ?> module) {
    module.to(DType.FLOAT64);
    int k = 0;
    try (var _ = Context.current().withGrad(false)) {
      for (Tensor tensor : module.stateDict().values()) {
        double start = k++;
        int count = (int) tensor.numel();
        tensor.copyFrom(
            Tensor.of(
                    IntStream.range(0, count)
                        .mapToDouble(i -> 0.5 * Math.sin(0.7 * i + start))
                        .toArray())
                .reshape(tensor.shape()));
      }
    }
  }

  private static void assertClose(Tensor got, double... expected) {
    double[] values = got.toDoubleArray();
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i]).as("element %d", i).isCloseTo(expected[i], within(TINY));
    }
  }

  private static void checkTransformer(
      TransformerOptions options, double[] expected, double attention, double... bias) {
    var model = new Transformer(4, 2, 2, 1, options.dimFeedforward(6).dropout(0));
    fill(model);
    boolean first = options.batchFirst();
    Tensor mask;
    try (var _ = Context.current().withDefaultDtype(DType.FLOAT64)) {
      mask = Transformer.generateSquareSubsequentMask(first ? 2 : 3);
    }
    Tensor padding = Tensor.zeros(Shape.of(first ? 3 : 2, first ? 2 : 3), DType.BOOL);
    padding.select(0, 0).select(0, first ? 1 : 2).fillInPlace(1);
    var in =
        Transformer.Input.of(values(.1, 3, 2, 4), values(.4, 3, 2, 4))
            .tgtMask(mask)
            .padding(padding, Tensor.zerosLike(padding));
    Tensor y = model.apply(in);
    assertClose(y, expected);
    y.mul(values(.2, 3, 2, 4)).sum().backward();
    var parameters = model.namedParameters();
    assertThat(
            parameters
                .get("encoder.layers.0.self_attn.in_proj_weight")
                .grad()
                .orElseThrow()
                .abs()
                .sum()
                .item())
        .isCloseTo(attention, within(TINY));
    assertClose(parameters.get("decoder.layers.0.linear2.bias").grad().orElseThrow(), bias);
  }

  @Test
  void transformersWithNormsBehind() {
    checkTransformer(
        TransformerOptions.DEFAULT,
        new double[] {
          0.4105614680623224, 0.5637870557595908, 0.6233353031189035, 0.388059949220228,
          0.41109564513832425, 0.4879832049824155, 0.6872752200595207, 0.405476557833235,
          0.4104274535114938, 0.5841993172671973, 0.6239939590071291, 0.36744642477633965,
          0.41114291221278604, 0.48604795424567665, 0.6704879609405148, 0.4202176097019221,
          0.410553848638063, 0.5548225044411284, 0.6705858327910919, 0.359234338947966,
          0.41072217923663334, 0.5408839492595919, 0.6294746500260925, 0.4047451991681824
        },
        0.004300699103629975,
        0.4045164553114493,
        -0.4751359479894558,
        0.2384655729051038,
        -0.1678460802270974);
  }

  @Test
  void transformersWithNormsInFrontAndSamplesFirst() {
    checkTransformer(
        TransformerOptions.DEFAULT.batchFirst(true).normFirst(true).activation(Functional::gelu),
        new double[] {
          0.4381054189878008, 0.5822712637218472, 0.14552624996271532, -0.552028205657535,
          0.4113440409011404, 0.46798446712883746, 0.8232118565095542, 0.3019821252310906,
          0.44066857228983425, 0.2635975052019745, 0.14407382812051941, -0.2605671177088435,
          0.4159155765170289, 0.7852003152030165, 0.8779831321287236, -0.37792265677239995,
          0.42136299684893463, 0.04661620014097767, 0.601697562028848, 0.5572555647917937,
          0.43367760107236136, 0.6944760625464393, 0.3913009413938643, -0.6965179271984399
        },
        0.04348818948778354,
        0.008298256148354999,
        0.2274451872204194,
        -0.6892196169922358,
        0.4534761736234614);
  }

  @Test
  void transformersNameWhatDoesNotFit() {
    var model = new Transformer(4, 2, 1, 1);
    assertThatThrownBy(() -> model.apply(Tensor.ones(3, 2, 4), Tensor.ones(3, 1, 4)))
        .hasMessageContaining("Transformer: src (3, 2, 4), tgt (3, 1, 4)");
    double inf = Double.POSITIVE_INFINITY;
    assertThat(Transformer.generateSquareSubsequentMask(3).toDoubleArray())
        .containsExactly(0, -inf, -inf, 0, 0, -inf, 0, 0, 0);
  }

  @Test
  void smallLayers() {
    Tensor x = values(.3, 2, 3, 2, 2);
    assertClose(
        new Softmax2d().apply(x).select(0, 1).select(0, 2),
        0.5803647693991892,
        0.48692707010830766,
        0.30872730967483325,
        0.18660066115713925);
    Tensor distance = new PairwiseDistance(3, 1e-6, true).apply(values(.1, 2, 3), values(.5, 2, 3));
    assertThat(distance.shape()).isEqualTo(Shape.of(2, 1));
    assertClose(distance, 0.4526744402882368, 0.4354978768347527);
    assertClose(
        new UpsamplingBilinear2d(2).apply(x).select(0, 0).select(0, 0).select(0, 1),
        0.46860895788378487,
        0.2829307510728457,
        0.0972525442619065,
        -0.08842566254903267);
    assertClose(
        new UpsamplingNearest2d(2).apply(x).select(0, 0).select(0, 0).select(0, 1),
        0.955336489125606,
        0.955336489125606,
        0.3623577544766736,
        0.3623577544766736);
    assertThatThrownBy(() -> new UpsamplingNearest2d(2).apply(Tensor.ones(2, 2)))
        .hasMessageContaining("UpsamplingNearest2d: (2, 2)");
    assertThatThrownBy(() -> new Softmax2d().apply(Tensor.ones(2, 2)))
        .hasMessageContaining("Softmax2d: (2, 2)");
    // |1 − 0| + |2 − 0| − (|1 − 1| + |2 − 3|) + ½, below 0 otherwise
    var loss =
        new TripletMarginWithDistanceLoss(
            (a, b) -> a.sub(b).abs().sum(-1), TripletOptions.DEFAULT.margin(.5));
    assertThat(loss.apply(Tensor.of(1.0, 2), Tensor.of(0.0, 0), Tensor.of(1.0, 3)).item())
        .isEqualTo(2.5);
  }

  /** Samples occur as often as softmax says, and gradients are those of the soft sample. */
  @Test
  void gumbelSoftmaxSamplesCategories() {
    Tensor logits = Tensor.of(0.0, Math.log(2), Math.log(5)).expand(Shape.of(20_000, 3));
    Tensor hard = Functional.gumbelSoftmax(logits, 0.7, true, -1);
    assertThat(hard.sum(-1).sub(1).abs().max().item()).isLessThan(1e-12);
    double[] shares = hard.mean(0).toDoubleArray();
    // six standard deviations of a share of 20,000
    assertThat(shares).containsExactly(new double[] {.125, .25, .625}, within(6 * .0035));
    Tensor x = Tensor.of(1.0, 2, 3).requiresGrad(true);
    Functional.gumbelSoftmax(x, 1, true, 0).mul(Tensor.of(1.0, 10, 100)).sum().backward();
    double[] gradient = x.grad().orElseThrow().toDoubleArray();
    assertThat(Arrays.stream(gradient).sum()).isCloseTo(0, within(1e-9));
    assertThat(Arrays.stream(gradient).map(Math::abs).sum()).isPositive();
    assertThatThrownBy(() -> Functional.gumbelSoftmax(x, 0, false, 0))
        .hasMessageContaining("gumbel_softmax: tau 0.0");
  }

  /** Two ranks' batches at once: the sum over ranks of what one call sees is known beforehand. */
  @Test
  void synchronisedBatchNormOfOneRankIsBatchNorm() {
    var plain = new BatchNorm1d(3);
    var synced = new SyncBatchNorm(3, sum -> sum);
    Tensor x = values(.1, 8, 3).to(DType.FLOAT32);
    assertThat(synced.stateDict().keySet()).isEqualTo(plain.stateDict().keySet());
    float[] expected = plain.apply(x).toFloatArray();
    float[] got = synced.apply(x).toFloatArray();
    for (int i = 0; i < got.length; i++) {
      assertThat(got[i]).isCloseTo(expected[i], within(1e-5f));
    }
    assertThatThrownBy(() -> synced.apply(Tensor.ones(1, 3)))
        .hasMessageContaining("SyncBatchNorm: (1, 3)")
        .hasMessageContaining("more than one value per channel");
  }

  @Test
  void evaluationsGradientUsesTheStatisticsThatItSaw() {
    var norm = new BatchNorm1d(1);
    Tensor x = Tensor.of(1.0f, 3.0f).reshape(2, 1).requiresGrad(true);
    norm.eval();
    Tensor y = norm.apply(x);
    norm.train();
    norm.apply(x.detach().mul(10)); // moves the running statistics
    y.sum().backward();
    double expected = 1 / Math.sqrt(1 + 1e-5);
    assertThat(x.grad().orElseThrow().toDoubleArray())
        .containsExactly(new double[] {expected, expected}, within(1e-6));
  }
}
