package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.RandomOp;
import dev.weft.engine.op.RandomOp.Distribution;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fixed seeds, so nothing here is left to chance; bounds are five standard errors of the statistic,
 * which a right generator passes with all but one seed in a million.
 */
class RandomnessTest {

  private static final int N = 200_000;
  private static final double SIGMAS = 5;

  private static double[] draw(Distribution distribution, double a, double b, DType dtype) {
    var spec = TensorSpec.of(Shape.of(N), dtype);
    return Dispatch.run(new RandomOp(distribution, a, b, spec, 1234, 0)).toDoubleArray();
  }

  /** E[((x − mean) / scale)^power] for known mean and scale. */
  private static double moment(double[] x, double mean, double scale, int power) {
    return Arrays.stream(x).map(v -> Math.pow((v - mean) / scale, power)).average().orElseThrow();
  }

  private static org.assertj.core.data.Offset<Double> errors(double variancePerSample) {
    return within(SIGMAS * Math.sqrt(variancePerSample / N));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"FLOAT64", "FLOAT32"},
      mode = EnumSource.Mode.INCLUDE)
  void uniformNumbersHaveTheirMomentsAndDistribution(DType dtype) {
    double[] x = draw(Distribution.UNIFORM, -1, 3, dtype);
    double sd = 4 / Math.sqrt(12);
    assertThat(moment(x, 1, sd, 1)).isCloseTo(0, errors(1));
    assertThat(moment(x, 1, sd, 2)).isCloseTo(1, errors(1.8 - 1));
    assertThat(moment(x, 1, sd, 4)).isCloseTo(1.8, errors(9 - 1.8 * 1.8));

    // Kolmogorov: the largest distance to the distribution function, here with p = 1e-6.
    Arrays.sort(x);
    double distance = 0;
    for (int i = 0; i < N; i++) {
      double cdf = (x[i] + 1) / 4;
      distance = Math.max(distance, Math.max(cdf - (double) i / N, (i + 1.0) / N - cdf));
    }
    assertThat(distance).isLessThan(2.7 / Math.sqrt(N));
  }

  @Test
  void normalNumbersHaveTheirMomentsAndTails() {
    double[] x = draw(Distribution.NORMAL, 2, 3, DType.FLOAT64);
    assertThat(moment(x, 2, 3, 1)).isCloseTo(0, errors(1));
    assertThat(moment(x, 2, 3, 2)).isCloseTo(1, errors(2));
    assertThat(moment(x, 2, 3, 3)).isCloseTo(0, errors(15));
    assertThat(moment(x, 2, 3, 4)).isCloseTo(3, errors(105 - 9));
    for (double z : new double[] {1, 2, 3}) {
      double p = 1 - dev.weft.engine.op.Special.erf(z / Math.sqrt(2));
      long beyond = Arrays.stream(x).filter(v -> Math.abs(v - 2) > 3 * z).count();
      assertThat((double) beyond / N).isCloseTo(p, errors(p * (1 - p)));
    }
  }

  @Test
  void neighboursAreIndependent() {
    for (int lag = 1; lag <= 5; lag++) { // a Philox block holds four numbers
      for (Distribution d : new Distribution[] {Distribution.UNIFORM, Distribution.NORMAL}) {
        double[] x = draw(d, 0, 1, DType.FLOAT64);
        double mean = d == Distribution.UNIFORM ? 0.5 : 0;
        double variance = d == Distribution.UNIFORM ? 1 / 12.0 : 1;
        double sum = 0;
        for (int i = lag; i < N; i++) {
          sum += (x[i] - mean) * (x[i - lag] - mean) / variance;
        }
        assertThat(sum / (N - lag)).as("%s, lag %d", d, lag).isCloseTo(0, errors(1));
      }
    }
  }

  @Test
  void integersAreEvenlySpread() {
    double[] x = draw(Distribution.INTEGERS, -3, 8, DType.INT64);
    assertThat(Arrays.stream(x)).allMatch(v -> v >= -3 && v < 8 && v == Math.rint(v));
    double[] expected = new double[11];
    Arrays.fill(expected, N / 11.0);
    assertThat(chiSquare(Arrays.stream(x).mapToLong(v -> (long) v + 3), expected))
        .isLessThan(10 + SIGMAS * Math.sqrt(2 * 10));
    assertThat(draw(Distribution.INTEGERS, 0, 256, DType.UINT8)).contains(0, 255);
    assertThat(draw(Distribution.INTEGERS, -128, 128, DType.INT8)).contains(-128, 127);
  }

  @Test
  void bernoulliHitsItsProbability() {
    double[] x = draw(Distribution.BERNOULLI, 0.3, 0, DType.BOOL);
    assertThat(Arrays.stream(x).average().orElseThrow()).isCloseTo(0.3, errors(0.21));
    assertThat(draw(Distribution.BERNOULLI, 0, 0, DType.FLOAT32)).containsOnly(0);
    assertThat(draw(Distribution.BERNOULLI, 1, 0, DType.FLOAT32)).containsOnly(1);
  }

  /** In bfloat16 every 512th number would round up to 1. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16"})
  void uniformNumbersNeverReachTheirUpperBound(DType dtype) {
    assertThat(Arrays.stream(draw(Distribution.UNIFORM, 0, 1, dtype)))
        .allMatch(v -> v >= 0 && v < 1);
    assertThat(Arrays.stream(draw(Distribution.UNIFORM, -256, 1, dtype)))
        .allMatch(v -> v >= -256 && v < 1);
    var spec = TensorSpec.of(Shape.of(1), dtype);
    for (double[] bounds : new double[][] {{0, 1}, {1, 2}, {-2, -1}, {-1, 0}}) {
      var op = new RandomOp(Distribution.UNIFORM, bounds[0], bounds[1], spec, 1234, 0);
      for (int i = 0; i < 5000; i++) {
        assertThat(op.at(i)).isGreaterThanOrEqualTo(bounds[0]).isLessThan(bounds[1]);
      }
    }
    assertThat(new RandomOp(Distribution.UNIFORM, 2, 2, spec, 1, 0).at(0)).isEqualTo(2);
  }

  @Test
  void partsOfAStreamAreThoseOfTheWhole() {
    for (Distribution d : Distribution.values()) {
      DType dtype = d == Distribution.INTEGERS ? DType.INT64 : DType.FLOAT32;
      double b = d == Distribution.BERNOULLI ? 0 : 1;
      double a = d == Distribution.BERNOULLI ? 0.5 : d == Distribution.INTEGERS ? -9 : 0;
      Tensor whole = Dispatch.run(new RandomOp(d, a, b, TensorSpec.of(Shape.of(101), dtype), 5, 7));
      Tensor part = Dispatch.run(new RandomOp(d, a, b, TensorSpec.of(Shape.of(50), dtype), 5, 20));
      assertThat(part.toDoubleArray()).isEqualTo(whole.narrow(0, 13, 50).toDoubleArray());
    }
  }

  @Test
  void wideDtypesRoundTheSameNumbers() {
    double[] wide = draw(Distribution.NORMAL, 0, 1, DType.FLOAT64);
    double[] narrow = draw(Distribution.NORMAL, 0, 1, DType.FLOAT32);
    for (int i = 0; i < 1000; i++) {
      assertThat(narrow[i]).isEqualTo((float) wide[i]);
    }
  }

  @Test
  void dropoutDropsItsShareAndScalesTheRest() {
    Tensor x = Tensor.ones(N);
    var op = new DropoutOp(0.3, 9, 17);
    double[] y = Dispatch.run(op, x).toDoubleArray();
    assertThat(Arrays.stream(y)).allMatch(v -> v == 0 || v == (float) (1 / 0.7));
    double dropped = Arrays.stream(y).filter(v -> v == 0).count() / (double) N;
    assertThat(dropped).isCloseTo(0.3, errors(0.21));
    assertThat(Dispatch.run(op, x).toDoubleArray()).isEqualTo(y); // the mask of backward
    assertThat(Dispatch.run(new DropoutOp(0.3, 9, 18), x).toDoubleArray()).isNotEqualTo(y);
  }

  @Test
  void dropoutZeroesEvenWhatIsNotFinite() {
    Tensor x = Tensor.of(Double.NaN, Double.POSITIVE_INFINITY);
    assertThat(Dispatch.run(new DropoutOp(1, 1, 0), x).toDoubleArray()).containsExactly(0, 0);
  }

  @Test
  void multinomialFollowsItsWeights() {
    Tensor weights = Tensor.of(1.0, 0.0, 5.0, 2.0);
    long[] drawn = Dispatch.run(new Multinomial(N, true, 3, 0), weights).toLongArray();
    double[] expected = {N / 8.0, 0, N * 5 / 8.0, N / 4.0};
    assertThat(chiSquare(Arrays.stream(drawn), expected)).isLessThan(2 + SIGMAS * Math.sqrt(2 * 2));
  }

  @Test
  void multinomialWithoutReplacementDrawsEachClassOnce() {
    Tensor weights = Tensor.rand(50, 20).add(0.01);
    Tensor drawn = weights.multinomial(20, false, new Generator(4));
    for (int row = 0; row < 50; row++) {
      long[] sorted = drawn.get(row).toLongArray();
      Arrays.sort(sorted);
      assertThat(sorted).isEqualTo(LongStream.range(0, 20).toArray());
    }
    // The first of two draws without replacement follows the weights like any draw.
    long[] first =
        Tensor.of(3.0, 1.0)
            .expand(20_000, 2)
            .multinomial(2, false, new Generator(6))
            .select(1, 0)
            .toLongArray();
    double share = Arrays.stream(first).filter(c -> c == 0).count() / 20_000.0;
    assertThat(share).isCloseTo(0.75, within(SIGMAS * Math.sqrt(0.75 * 0.25 / 20_000)));
  }

  /** Σ (observed − expected)² / expected; classes expected never must not occur. */
  private static double chiSquare(LongStream classes, double[] expected) {
    long[] observed = new long[expected.length];
    classes.forEach(c -> observed[(int) c]++);
    double sum = 0;
    for (int c = 0; c < expected.length; c++) {
      if (expected[c] == 0) {
        assertThat(observed[c]).isZero();
      } else {
        sum += (observed[c] - expected[c]) * (observed[c] - expected[c]) / expected[c];
      }
    }
    return sum;
  }

  // ------------------------------------------------------------------------------ generators

  @Test
  void aGeneratorCountsWhatItGives() {
    var generator = new Generator(7);
    Tensor first = Tensor.randn(generator, 3, 5);
    assertThat(generator.offset()).isEqualTo(15);
    Tensor second = Tensor.randn(generator, 15);
    assertThat(second.toDoubleArray()).isNotEqualTo(first.toDoubleArray());
    generator.manualSeed(7);
    assertThat(Tensor.randn(generator, 30).narrow(0, 15, 15).toDoubleArray())
        .isEqualTo(second.toDoubleArray());
    generator.setState(7, 15);
    assertThat(Tensor.randn(generator, 15).toDoubleArray()).isEqualTo(second.toDoubleArray());
    assertThatThrownBy(() -> generator.setState(1, -1)).hasMessageContaining("-1 is negative");
  }

  @Test
  void singleNumbersAndTensorsComeFromOneStream() {
    var generator = new Generator(7);
    double uniform = generator.nextDouble();
    double normal = generator.nextGaussian();
    long whole = generator.nextLong(1000);
    try (var _ = Context.current().withDefaultDtype(DType.FLOAT64)) {
      generator.manualSeed(7);
      assertThat(Tensor.random(Distribution.UNIFORM, 0, 1, Shape.of(1), generator).item())
          .isEqualTo(uniform);
      assertThat(Tensor.randn(generator).item()).isEqualTo(normal);
      assertThat(Tensor.randint(0, 1000, new long[] {1}, generator).itemLong()).isEqualTo(whole);
    }
  }

  @Test
  void theThreadsGeneratorIsUsedWhereNoneIsGiven() {
    try (var _ = Context.current().withGenerator(new Generator(3))) {
      Tensor a = Tensor.rand(4);
      Context.current().generator().manualSeed(3);
      assertThat(Tensor.rand(4).toDoubleArray()).isEqualTo(a.toDoubleArray());
    }
  }

  @Test
  void permutationsHoldEveryNumberOnceAndAreEvenlySpread() {
    var generator = new Generator(8);
    long[] order = generator.permutation(1000);
    assertThat(order).isNotEqualTo(LongStream.range(0, 1000).toArray());
    Arrays.sort(order);
    assertThat(order).isEqualTo(LongStream.range(0, 1000).toArray());

    double[] expected = new double[6];
    Arrays.fill(expected, 1000);
    LongStream orders =
        LongStream.range(0, 6000)
            .map(
                _ -> {
                  long[] p = generator.permutation(3);
                  return 2 * p[0] + (p[1] < p[2] ? 0 : 1);
                });
    assertThat(chiSquare(orders, expected)).isLessThan(5 + SIGMAS * Math.sqrt(2 * 5));
  }

  @Test
  void boundsMustBePositive() {
    assertThatThrownBy(() -> new Generator(1).nextLong(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bound 0 must be positive");
  }
}
