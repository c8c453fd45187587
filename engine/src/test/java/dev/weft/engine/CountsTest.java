package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Poisson's and binomial counts, fixed seeds; what else has come to tensors of indices. */
class CountsTest {

  private static final int N = 20_000;

  private static double[] drawn(Tensor counts) {
    return counts.toDoubleArray();
  }

  private static void assertMoments(double[] x, double mean, double variance) {
    double m = Arrays.stream(x).average().orElseThrow();
    double v = Arrays.stream(x).map(k -> (k - m) * (k - m)).sum() / (N - 1);
    assertThat(Math.abs(m - mean)).isLessThan(5 * Math.sqrt(variance / N));
    assertThat(v / variance).isBetween(0.9, 1.1);
    assertThat(Arrays.stream(x).allMatch(k -> k >= 0 && k == Math.rint(k))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 4, 37.5, 1e4, 1e14})
  void poissonCountsHaveTheirMoments(double rate) {
    Tensor rates = Tensor.full(Shape.of(N), rate, DType.FLOAT64, Device.CPU);
    assertMoments(drawn(rates.poisson(new Generator(5))), rate, rate);
  }

  @ParameterizedTest
  @CsvSource({"5, 0.3", "40, 0.95", "100000, 0.5", "1e14, 0.25"})
  void binomialCountsHaveTheirMoments(double n, double p) {
    Tensor trials = Tensor.full(Shape.of(N), n, DType.FLOAT64, Device.CPU);
    double[] x = drawn(trials.binomial(Tensor.of(p), new Generator(6)));
    assertMoments(x, n * p, n * p * (1 - p));
    assertThat(Arrays.stream(x).max().orElseThrow()).isLessThanOrEqualTo(n);
  }

  @Test
  void smallCountsHaveTheirProbabilities() {
    double[] poisson = drawn(Tensor.full(2, N).to(DType.FLOAT64).poisson(new Generator(7)));
    double[] binomial =
        drawn(Tensor.full(4, N).to(DType.FLOAT64).binomial(Tensor.of(0.25), new Generator(8)));
    double[] ofPoisson = {0.1353352832, 0.2706705665, 0.2706705665, 0.1804470443};
    double[] ofBinomial = {0.31640625, 0.421875, 0.2109375, 0.046875, 0.00390625};
    for (int k = 0; k < 4; k++) {
      assertShare(poisson, k, ofPoisson[k]);
      assertShare(binomial, k, ofBinomial[k]);
    }
  }

  private static void assertShare(double[] x, int k, double p) {
    double share = Arrays.stream(x).filter(c -> c == k).count() / (double) N;
    assertThat(Math.abs(share - p)).isLessThan(5 * Math.sqrt(p / N));
  }

  @Test
  void whatIsCertainIsDrawn() {
    assertThat(drawn(Tensor.of(0.0, 0.0).poisson())).containsOnly(0);
    assertThat(drawn(Tensor.of(3.0, 4.0).binomial(Tensor.of(0.0, 1.0)))).containsExactly(0, 4);
    assertThat(Tensor.of(3.0).to(DType.BFLOAT16).poisson().dtype()).isEqualTo(DType.BFLOAT16);
  }

  @Test
  void noDistributionsAreRefused() {
    for (double rate : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Tensor.of(rate).poisson())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("poisson: rate");
    }
    assertThatThrownBy(() -> Tensor.of(1L).poisson()).isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> Tensor.of(2.5).binomial(Tensor.of(0.5)))
        .hasMessageStartingWith("binomial: n 2.5");
    assertThatThrownBy(() -> Tensor.of(2.0).binomial(Tensor.of(1.5)))
        .hasMessageStartingWith("binomial: p 1.5");
    assertThatThrownBy(() -> Tensor.of(2.0).binomial(Tensor.of(0.5f)))
        .isInstanceOf(DTypeException.class);
  }

  @Test
  void numbersOfElementsBecomePositions() {
    List<Tensor> places = Tensor.of(1L, 5L, 11L, -1L).unravelIndex(Shape.of(3, 4));
    assertThat(places.get(0).toLongArray()).containsExactly(0, 1, 2, 2);
    assertThat(places.get(1).toLongArray()).containsExactly(1, 1, 3, 3);
    for (long outside : new long[] {12, -13}) {
      assertThatThrownBy(() -> Tensor.of(outside).unravelIndex(Shape.of(3, 4)))
          .isInstanceOf(IndexException.class)
          .hasMessageStartingWith("unravel_index:");
    }
  }

  @Test
  void tensorsAreMapsThatCanBeInverted() {
    Tensor waves = Tensor.arange(576).to(DType.FLOAT64).sin().reshape(4, 6, 8, 3);
    Tensor a = Tensor.eye(24, 24, DType.FLOAT64).mul(30).reshape(4, 6, 8, 3).add(waves);
    Tensor inverse = Linalg.tensorinv(a, 2);
    assertThat(inverse.shape()).isEqualTo(Shape.of(8, 3, 4, 6));
    Tensor b = Tensor.arange(24).to(DType.FLOAT64).cos().reshape(4, 6);
    Tensor x = Linalg.tensorsolve(a, b);
    assertThat(x.shape()).isEqualTo(Shape.of(8, 3));
    assertThat(a.tensordot(x, new int[] {2, 3}, new int[] {0, 1}).sub(b).abs().max().item())
        .isLessThan(1e-10);
    Tensor same = inverse.tensordot(b, new int[] {2, 3}, new int[] {0, 1});
    assertThat(same.sub(x).abs().max().item()).isLessThan(1e-10);
    Tensor moved = Linalg.tensorsolve(a.movedim(new int[] {2, 3}, new int[] {0, 1}), b, 0, 1);
    assertThat(moved.sub(x).abs().max().item()).isLessThan(1e-10);
    assertThatThrownBy(() -> Linalg.tensorinv(a, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("linalg.tensorinv:");
    assertThatThrownBy(() -> Linalg.tensorsolve(a, Tensor.ones(4)))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("linalg.tensorsolve:");
  }
}
