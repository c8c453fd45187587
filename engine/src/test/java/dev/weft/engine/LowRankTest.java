package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.op.RandomOp.Distribution;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Factorisations from random vectors: exact for matrices of low rank. */
class LowRankTest {

  private final Generator generator = new Generator(5);

  private Tensor random(DType dtype, long... shape) {
    var spec = TensorSpec.of(Shape.of(shape), dtype);
    return Tensor.random(Distribution.NORMAL, 0, 1, spec, generator);
  }

  private static double largest(Tensor x) {
    return x.abs().max().item();
  }

  private static Tensor product(Linalg.LowRankFactors f) {
    return f.u().mul(f.s().unsqueeze(-2).to(f.u().dtype())).matmul(f.v().mH());
  }

  private static void assertOrthonormal(Tensor q) {
    Tensor one = Tensor.eye(q.size(-1)).to(q.dtype());
    assertThat(largest(q.mH().matmul(q).sub(one))).isLessThan(1e-12);
  }

  @ParameterizedTest
  @CsvSource({"9, 6, 0", "6, 9, 0", "6, 6, 2", "5, 40, 1"})
  void matricesOfExactRankAreRecovered(int m, int n, int niter) {
    for (DType dtype : new DType[] {DType.FLOAT64, DType.COMPLEX128}) {
      Tensor a = random(dtype, 2, m, 3).matmul(random(dtype, 2, 3, n));
      var f = Linalg.svdLowrank(a, 3, niter, Optional.empty(), generator);
      assertThat(f.u().shape()).isEqualTo(Shape.of(2, m, 3));
      assertThat(f.s().shape()).isEqualTo(Shape.of(2, 3));
      assertThat(f.v().shape()).isEqualTo(Shape.of(2, n, 3));
      assertThat(largest(product(f).sub(a))).isLessThan(1e-12 * m * n);
      assertOrthonormal(f.u());
      assertOrthonormal(f.v());
      assertThat(largest(Linalg.svdvals(a).narrow(-1, 0, 3).sub(f.s()))).isLessThan(1e-11);
    }
  }

  @Test
  void whatIsGivenIsSubtracted() {
    Tensor low = random(DType.FLOAT64, 8, 2).matmul(random(DType.FLOAT64, 2, 7));
    Tensor row = random(DType.FLOAT64, 7);
    var f = Linalg.svdLowrank(low.add(row), 2, 1, Optional.of(row), generator);
    assertThat(largest(product(f).sub(low))).isLessThan(1e-11);
  }

  @Test
  void componentsAreThoseOfTheCentredSamples() {
    Tensor samples = random(DType.FLOAT64, 30, 4).add(5);
    var f = Linalg.pcaLowrank(samples, 4, true, 2, generator);
    Tensor variances = Linalg.eigvalsh(samples.t().cov(1)).flip(0);
    assertThat(largest(f.s().square().div(29).sub(variances))).isLessThan(1e-12);
    Tensor plain = Linalg.pcaLowrank(samples, 4, false, 2, generator).s();
    assertThat(largest(plain.sub(Linalg.svdvals(samples)))).isLessThan(1e-11);
    assertThat(Linalg.pcaLowrank(samples).s().shape()).isEqualTo(Shape.of(4));
  }

  /** Singular values fall off by a factor of 10: two rounds find the first three. */
  @Test
  void furtherRoundsComeCloser() {
    Tensor u = Linalg.qr(random(DType.FLOAT64, 40, 8)).q();
    Tensor v = Linalg.qr(random(DType.FLOAT64, 30, 8)).q();
    Tensor s = Tensor.logspace(0, -7, 8, 10, DType.FLOAT64);
    Tensor a = u.mul(s).matmul(v.t());
    Tensor found = Linalg.svdLowrank(a, 3, 2, Optional.empty(), generator).s();
    assertThat(found.getDouble(0)).isCloseTo(1, within(1e-9));
    assertThat(found.getDouble(2)).isCloseTo(1e-2, within(1e-6));
  }

  @Test
  void equalSeedsGiveEqualFactors() {
    Tensor a = random(DType.FLOAT32, 12, 9);
    var one = Linalg.svdLowrank(a, 4, 1, Optional.empty(), new Generator(3));
    var two = Linalg.svdLowrank(a, 4, 1, Optional.empty(), new Generator(3));
    assertThat(one.u().equal(two.u())).isTrue();
    assertThat(Linalg.svdLowrank(Tensor.ones(2, 3)).s().shape()).isEqualTo(Shape.of(2));
  }

  @Test
  void argumentsAreChecked() {
    Tensor a = Tensor.ones(4, 3);
    Optional<Tensor> wide = Optional.of(Tensor.ones(2, 2));
    assertThatThrownBy(() -> Linalg.svdLowrank(a, 0, 2, Optional.empty(), generator))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("svd_lowrank: q = 0");
    assertThatThrownBy(() -> Linalg.svdLowrank(a, 2, -1, Optional.empty(), generator))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("svd_lowrank: niter = -1");
    assertThatThrownBy(() -> Linalg.svdLowrank(a, 2, 1, wide, generator))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("svd_lowrank: M (2, 2) does not broadcast");
    assertThatThrownBy(() -> Linalg.pcaLowrank(a, 4, true, 1, generator))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("pca_lowrank: (4, 3), q = 4");
    assertThatThrownBy(() -> Linalg.svdLowrank(Tensor.of(1L, 2L).reshape(1, 2)))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("svd_lowrank:");
  }
}
