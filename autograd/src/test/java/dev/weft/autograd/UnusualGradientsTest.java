package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Linalg;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import dev.weft.nn.ConvOptions;
import dev.weft.nn.Functional;
import dev.weft.nn.InterpolateOptions;
import dev.weft.nn.InterpolationMode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Ties, kinks and edges; the numbers are those of PyTorch 2.13. */
class UnusualGradientsTest {

  private static final double NAN = Double.NaN;

  /** The gradient of the sum of f(x). */
  private static double[] gradient(UnaryOperator<Tensor> f, double... x) {
    Tensor leaf = Tensor.of(x).requiresGrad(true);
    return Autograd.grad(f.apply(leaf).sum(), leaf).toDoubleArray();
  }

  @Test
  void theMeanOfNothingHasNoGradient() {
    UnaryOperator<Tensor> mean = x -> x.reshape(2, 2).nanmean(new int[] {1}, false);
    assertThat(gradient(mean, NAN, 3, NAN, NAN)).containsExactly(0, 1, NAN, NAN);
    assertThat(gradient(mean, 1, 3, NAN, 5)).containsExactly(0.5, 0.5, 0, 1);
  }

  @Test
  void equalElementsShareTheGradientOfTheMedian() {
    assertThat(gradient(Tensor::median, 2, 1, 2, 2, 5))
        .containsExactly(1 / 3.0, 0, 1 / 3.0, 1 / 3.0, 0);
    assertThat(gradient(Tensor::median, 2, 1, NAN)).containsExactly(0, 0, 1);
    double low = Double.NEGATIVE_INFINITY;
    assertThat(gradient(Tensor::median, low, low, 5)).containsExactly(0.5, 0.5, 0);
    assertThat(gradient(Tensor::nanmedian, 2, 2, NAN)).containsExactly(0.5, 0.5, 0);
  }

  @Test
  void productsWithLogarithmsAtZero() {
    Tensor y = Tensor.of(2.0, -1.0, 3.0);
    assertThat(gradient(x -> x.xlogy(y), 0, 0, 1)).containsExactly(Math.log(2), 0, Math.log(3));
    assertThat(gradient(x -> x.xlog1py(y), 0, 0, 1))
        .containsExactly(Math.log1p(2), 0, Math.log1p(3));
  }

  @Test
  void whereFunctionsEnd() {
    assertThat(gradient(x -> x.nextafter(Tensor.of(5.0, 0.0)), 1, 2)).containsExactly(1, 1);
    assertThat(gradient(Tensor::digamma, Double.POSITIVE_INFINITY)[0]).isZero();
    assertThat(gradient(Tensor::logit, -0.1, 0.5, 1.1)).containsExactly(NAN, 4, NAN);
    double[] none = gradient(x -> x.norm(-2, new int[] {0}, false), 0, 0.5, 2);
    assertThat(Arrays.stream(none)).allMatch(g -> g == 0);
    assertThat(gradient(x -> Linalg.logdet(x.reshape(1, 1)), -2)[0]).isZero();
  }

  @Test
  void marginsThatAreJustKeptCostNothing() {
    Tensor targets = Tensor.of(1L, 2L, 1L);
    assertThat(
            gradient(
                x -> Functional.multilabelMarginLoss(x, targets, Reduction.SUM).mul(3),
                -0.5,
                -2.5,
                0.5))
        .containsExactly(2, -2, 0);
    Tensor target = Tensor.of(0L);
    assertThat(
            gradient(
                x ->
                    Functional.multiMarginLoss(
                            x.unsqueeze(0), target, 1, 1, Optional.empty(), Reduction.SUM)
                        .mul(3),
                1,
                0,
                0.5))
        .containsExactly(-1, 0, 1);
  }

  @Test
  void outputPaddingShowsWhatPaddingHadTakenAway() {
    Tensor x = Tensor.arange(6).add(1).to(DType.FLOAT64).reshape(1, 1, 6);
    Tensor w = Tensor.of(1.0, 2, 3).reshape(1, 1, 3);
    Optional<Tensor> bias = Optional.of(Tensor.of(0.5));
    var options = ConvOptions.DEFAULT.padding(1).outputPadding(1).dilation(2);
    assertThat(Functional.convTranspose1d(x, w, bias, options).toDoubleArray())
        .containsExactly(2.5, 5.5, 8.5, 14.5, 20.5, 19.5, 24.5, 15.5, 18.5);
    var strided = ConvOptions.DEFAULT.stride(2).padding(2).outputPadding(2).dilation(3);
    assertThat(Functional.convTranspose1d(x, w, Optional.empty(), strided).toDoubleArray())
        .containsExactly(2, 2, 3, 4, 7, 6, 11, 8, 15, 10, 12, 12, 15, 0, 18);
    Tensor one =
        Functional.convTranspose1d(x.narrow(2, 0, 2), w.narrow(2, 0, 1), Optional.empty(), options);
    assertThat(one.toDoubleArray()).containsExactly(2);
  }

  @Test
  void scalesCountWhereSizesDoNotChange() {
    Tensor row = Tensor.of(0.0, 1, 2).reshape(1, 1, 3);
    var nearest = InterpolateOptions.scale(1.3).mode(InterpolationMode.NEAREST);
    var exact = nearest.mode(InterpolationMode.NEAREST_EXACT);
    Tensor image = row.unsqueeze(2).expand(1, 1, 3, 3);
    assertThat(Functional.interpolate(row, nearest).toDoubleArray()).containsExactly(0, 0, 1);
    assertThat(Functional.interpolate(row, exact).toDoubleArray()).containsExactly(0, 1, 1);
    assertThat(Functional.interpolate(image, nearest).select(2, 0).toDoubleArray())
        .containsExactly(0, 1, 2);
    assertThat(Functional.interpolate(image, exact).select(2, 0).toDoubleArray())
        .containsExactly(0, 1, 1);
    var twice = InterpolateOptions.scale(2.1).mode(InterpolationMode.NEAREST);
    assertThat(Functional.interpolate(row, twice).toDoubleArray())
        .containsExactly(0, 0, 0, 1, 1, 2);
    assertThat(Functional.interpolate(image, twice).select(2, 0).toDoubleArray())
        .containsExactly(0, 0, 1, 1, 2, 2);
  }

  @Test
  void halfTensorsAreNormalisedWithFullParameters() {
    Tensor x = Tensor.of(1.0, 2, 4).to(DType.BFLOAT16).reshape(1, 3);
    Optional<Tensor> weight = Optional.of(Tensor.of(1.1f, 1.2f, 1.3f));
    Optional<Tensor> bias = Optional.of(Tensor.of(0.1f, 0.2f, 0.3f));
    Tensor y = Functional.layerNorm(x, Shape.of(3), weight, bias);
    assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(y.toDoubleArray()).containsExactly(-1.078125, -0.12060546875, 2.03125);
    Tensor column =
        Functional.batchNorm(
            x.t(),
            Optional.empty(),
            Optional.empty(),
            weight.map(w -> w.narrow(0, 0, 1)),
            bias.map(b -> b.narrow(0, 0, 1)),
            true,
            0.1,
            1e-5);
    assertThat(column.toDoubleArray()).containsExactly(-1.078125, -0.1943359375, 1.5703125);
  }

  @Test
  void aVectorOfWeightsGivesOneNumberEach() {
    Tensor x = Tensor.of(1.0, 2, 3, 4).reshape(2, 2);
    Optional<Tensor> bias = Optional.of(Tensor.of(0.5).reshape(Shape.SCALAR));
    Tensor y = Functional.linear(x, Tensor.of(1.0, -1), bias);
    assertThat(y.toDoubleArray()).containsExactly(-0.5, -0.5);
    assertThat(y.rank()).isEqualTo(1);
  }

  @Test
  void truthsAreNumbersInSquaredErrors() {
    Tensor x = Tensor.of(1.5, 2.0);
    assertThat(Functional.mseLoss(x, Tensor.of(true, false)).item()).isEqualTo(2.125);
  }

  @Test
  void gradientsFlowThroughLowRankFactors() {
    Tensor a = Tensor.randn(new Generator(3), 4, 3).to(DType.FLOAT64).requiresGrad(true);
    UnaryOperator<Tensor> product =
        x -> {
          var f = Linalg.svdLowrank(x, 2, 1, Optional.empty(), new Generator(7));
          return f.u().mul(f.s()).matmul(f.v().mT());
        };
    assertThat(Gradcheck.worstError(in -> product.apply(in.getFirst()), List.of(a)))
        .isLessThan(1e-6);
    Function<List<Tensor>, Tensor> spread =
        in -> Linalg.pcaLowrank(in.getFirst(), 2, true, 1, new Generator(7)).s();
    assertThat(Gradcheck.worstError(spread, List.of(a))).isLessThan(1e-6);
  }
}
