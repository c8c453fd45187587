package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fixed seeds; continuous laws by Kolmogorov's distance to their distribution function. */
class DistributionsTest {

  private static final int N = 100_000;

  private static Tensor target(DType dtype) {
    return Tensor.zeros(Shape.of(N), dtype);
  }

  private static Generator seeded() {
    return new Generator(77);
  }

  /** Passes with all but one right generator in a million. */
  private static void assertFollows(Tensor drawn, DoubleUnaryOperator cdf) {
    double[] x = drawn.toDoubleArray();
    Arrays.sort(x);
    double distance = 0;
    for (int i = 0; i < N; i++) {
      double p = cdf.applyAsDouble(x[i]);
      distance = Math.max(distance, Math.max(p - (double) i / N, (i + 1.0) / N - p));
    }
    assertThat(distance).isLessThan(2.7 / Math.sqrt(N));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT64", "FLOAT32"})
  void continuousNumbersFollowTheirDistributionFunctions(DType dtype) {
    assertFollows(target(dtype).uniformInPlace(-2, 6, seeded()), x -> (x + 2) / 8);
    assertFollows(target(dtype).exponentialInPlace(1.5, seeded()), x -> -Math.expm1(-1.5 * x));
    assertFollows(
        target(dtype).cauchyInPlace(1, 2, seeded()), x -> 0.5 + Math.atan((x - 1) / 2) / Math.PI);
    // The logarithm of a log-normal number is the normal number of the same stream.
    Tensor logs = target(dtype).logNormalInPlace(0.3, 0.5, seeded()).to(DType.FLOAT64).log();
    Tensor normal = target(DType.FLOAT64).normalInPlace(0.3, 0.5, seeded());
    assertThat(logs.sub(normal).abs().max().item()).isLessThan(1e-6);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16", "INT64", "UINT8"})
  void geometricNumbersCountTrials(DType dtype) {
    double p = 0.3;
    double[] counts = target(dtype).geometricInPlace(p, seeded()).toDoubleArray();
    for (int k = 1; k <= 6; k++) {
      int trials = k;
      double share = Arrays.stream(counts).filter(c -> c == trials).count() / (double) N;
      double expected = Math.pow(1 - p, k - 1) * p;
      assertThat(Math.abs(share - expected)).isLessThan(5 * Math.sqrt(expected / N));
    }
    assertThat(Arrays.stream(counts).min().orElseThrow()).isEqualTo(1);
  }

  @Test
  void integersKeepTheirLargestNumberForLongWaits() {
    assertThat(target(DType.UINT8).geometricInPlace(1e-9, seeded()).max().itemLong())
        .isEqualTo(255);
    assertThat(target(DType.INT64).geometricInPlace(1e-30, seeded()).min().itemLong())
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void bitsFollowTheirProbabilities() {
    double share =
        target(DType.BOOL).bernoulliInPlace(0.3, seeded()).to(DType.FLOAT64).sum().item();
    assertThat(share / N).isBetween(0.293, 0.307);
    Tensor p = Tensor.of(0f, 0.25f, 1f).unsqueeze(1).expand(3, N);
    double[] ones = p.bernoulli(seeded()).to(DType.FLOAT64).mean(1).toDoubleArray();
    assertThat(ones[0]).isZero();
    assertThat(ones[1]).isBetween(0.243, 0.257);
    assertThat(ones[2]).isEqualTo(1);
    assertThat(p.bernoulli(seeded()).dtype()).isEqualTo(DType.FLOAT32);
  }

  @Test
  void aViewIsFilledAndItsNeighboursStay() {
    Tensor x = Tensor.zeros(4, 3);
    assertThat(x.select(1, 1).randomInPlace(5, 6, seeded())).isNotNull();
    assertThat(x.sum(0).toDoubleArray()).containsExactly(0, 20, 0);
  }

  @Test
  void likesTakeShapeAndDtypeAndTheStreamOfTheGenerator() {
    Tensor like = Tensor.zeros(Shape.of(3, 5), DType.FLOAT64);
    Generator generator = seeded();
    Tensor uniform = Tensor.randLike(like, generator);
    Tensor normal = Tensor.randnLike(like, generator);
    Tensor integers = Tensor.randintLike(like, 3, 4, generator);
    assertThat(generator.offset()).isEqualTo(45);
    for (Tensor made : new Tensor[] {uniform, normal, integers, Tensor.emptyLike(like)}) {
      assertThat(made.spec()).isEqualTo(like.spec());
    }
    assertThat(integers.toDoubleArray()).containsOnly(3);
    assertThat(uniform.toDoubleArray())
        .isEqualTo(Tensor.zerosLike(like).uniformInPlace(0, 1, seeded()).toDoubleArray());
    try (var _ = Context.current().withGenerator(seeded())) {
      assertThat(Tensor.randLike(like).toDoubleArray()).isEqualTo(uniform.toDoubleArray());
      assertThat(Tensor.randnLike(like).toDoubleArray()).isEqualTo(normal.toDoubleArray());
    }
  }

  @Test
  void whatDescribesNoDistributionIsRefused() {
    Tensor x = Tensor.zeros(3);
    Tensor whole = Tensor.zeros(Shape.of(3), DType.INT64);
    assertThatThrownBy(() -> x.exponentialInPlace(0)).hasMessageContaining("rate 0.0");
    assertThatThrownBy(() -> x.geometricInPlace(1)).hasMessageContaining("p 1.0");
    assertThatThrownBy(() -> x.cauchyInPlace(0, Double.NaN)).hasMessageContaining("sigma NaN");
    assertThatThrownBy(() -> x.logNormalInPlace(0, 0)).hasMessageContaining("std 0.0");
    assertThatThrownBy(() -> x.add(2).bernoulli()).hasMessageContaining("no probabilities");
    assertThatThrownBy(() -> whole.exponentialInPlace(1)).isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> whole.cauchyInPlace(0, 1)).isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> whole.logNormalInPlace(0, 1)).isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> whole.uniformInPlace(0, 1)).isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> whole.to(DType.BOOL).geometricInPlace(0.5))
        .isInstanceOf(DTypeException.class);
  }
}
