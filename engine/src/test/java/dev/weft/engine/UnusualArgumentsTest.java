package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No dims, integers and bool where they are rare: what PyTorch 2.13 does, or a refusal. */
class UnusualArgumentsTest {

  private static final int[] NONE = {};
  private static final Tensor X = Tensor.of(0.0, 1.0, 2.0, 3.0).reshape(2, 2);
  private static final Tensor WHOLE = Tensor.of(1L, 2L, 3L);
  private static final Tensor TRUTH = Tensor.of(true, true, false);

  private static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.spec()).isEqualTo(expected.spec());
    assertThat(actual.equal(expected)).as("%s, not %s", actual, expected).isTrue();
  }

  @Test
  void allAndAnyAlongNoDimsAskEachElement() {
    Tensor each = Tensor.of(false, true, true, true).reshape(2, 2);
    assertSame(X.all(NONE, false), each);
    assertSame(X.any(NONE, true), each);
    assertSame(X.to(DType.UINT8).all(NONE, false), each.to(DType.UINT8));
    assertSame(X.all(), Tensor.of(false).reshape(Shape.SCALAR));
  }

  @Test
  void otherReductionsAlongNoDimsTakeAll() {
    assertThat(X.sum(NONE, false).item()).isEqualTo(6);
    assertThat(X.mean(NONE, false).item()).isEqualTo(1.5);
    assertThat(X.amax(NONE, false).item()).isEqualTo(3);
    assertThat(X.amin(NONE, true).shape()).isEqualTo(Shape.of(1, 1));
    assertThat(X.var(NONE, 1, false).item()).isEqualTo(5.0 / 3);
    assertThat(X.nansum(NONE, false).item()).isEqualTo(6);
    assertThat(X.countNonzero(NONE).item()).isEqualTo(3);
    assertThat(X.logsumexp(NONE, true).shape()).isEqualTo(Shape.of(1, 1));
  }

  @Test
  void fractionsOfIntegersAreRefused() {
    assertSame(WHOLE.addcmul(WHOLE, WHOLE, 2), Tensor.of(3L, 10L, 21L));
    assertSame(WHOLE.addcmul(X.select(0, 1).select(0, 0), WHOLE, 0.5), Tensor.of(2.0, 4.0, 6.0));
    assertThatThrownBy(() -> WHOLE.addcmul(WHOLE, WHOLE, 0.5))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("addcmul:")
        .hasMessageContaining("whole value");
    assertThatThrownBy(() -> TRUTH.addcmul(TRUTH, TRUTH))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("addcmul:");
  }

  @Test
  void quotientsOfIntegersAreRefused() {
    Tensor halves = Tensor.of(1.0, 2.0, 3.0);
    assertSame(WHOLE.addcdiv(halves, WHOLE, 0.5), Tensor.of(1.5, 2.5, 3.5));
    assertThatThrownBy(() -> halves.addcdiv(WHOLE, WHOLE))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("addcdiv:");
  }

  @Test
  void trapezoidsOfTruthsAreRefused() {
    assertSame(WHOLE.trapezoid(), Tensor.of(4f).reshape(Shape.SCALAR));
    for (var refused :
        new ThrowingCallable[] {
          TRUTH::trapezoid, () -> WHOLE.trapezoid(TRUTH, 0), () -> TRUTH.trapezoid(WHOLE, 0)
        }) {
      assertThatThrownBy(refused)
          .isInstanceOf(DTypeException.class)
          .hasMessageStartingWith("trapezoid:");
    }
    assertThatThrownBy(TRUTH::cumulativeTrapezoid)
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("cumulative_trapezoid:");
  }

  @Test
  void productsOfTruthsAreRefused() {
    Tensor square = TRUTH.unsqueeze(1).mul(TRUTH);
    assertThatThrownBy(() -> square.matmul(square))
        .isInstanceOf(DTypeException.class)
        .hasMessageStartingWith("matmul:");
  }

  /** What PyTorch 2.13 has no function for, with the start of the message. */
  static Stream<Arguments> refusedDtypes() {
    Tensor rows = WHOLE.unsqueeze(0);
    Tensor half = X.to(DType.FLOAT32);
    Tensor bytes = WHOLE.to(DType.UINT8);
    return Stream.of(
        refused("hypot", () -> WHOLE.hypot(WHOLE)),
        refused("logaddexp", () -> WHOLE.logaddexp(WHOLE)),
        refused("logaddexp2", () -> TRUTH.logaddexp2(TRUTH)),
        refused("gammainc", () -> WHOLE.gammainc(WHOLE)),
        refused("logcumsumexp", () -> WHOLE.logcumsumexp(0)),
        refused("gelu", WHOLE::gelu),
        refused("silu", WHOLE::silu),
        refused("frac", WHOLE::frac),
        refused("mvlgamma", () -> TRUTH.mvlgamma(1)),
        refused("trace", () -> TRUTH.unsqueeze(0).trace()),
        refused("sub", () -> WHOLE.sub(TRUTH)),
        refused("sub", () -> TRUTH.sub(1)),
        refused("sub", () -> TRUTH.rsub(0.5)),
        refused("isin", () -> TRUTH.isin(WHOLE)),
        refused("searchsorted", () -> TRUTH.searchsorted(TRUTH)),
        refused("linalg.vecdot", () -> WHOLE.vecdot(WHOLE, 0)),
        refused("linalg.vecdot", () -> X.vecdot(half, 0)),
        refused("linalg.vander", () -> Linalg.vander(TRUTH, 2)),
        refused("lerp", () -> X.lerp(X, half)),
        refused("cdist", () -> X.cdist(rows.expand(2, 3).narrow(1, 0, 2), 2)),
        refused("masked_fill", () -> bytes.maskedFill(TRUTH, 256)),
        refused("masked_fill", () -> WHOLE.maskedFill(TRUTH, Double.NEGATIVE_INFINITY)),
        refused("index_fill", () -> bytes.indexFill(0, Tensor.of(0L), -1)),
        refused("meshgrid", () -> Tensor.meshgrid(List.of(WHOLE, TRUTH))));
  }

  private static Arguments refused(String op, ThrowingCallable call) {
    return Arguments.of(op, call);
  }

  @ParameterizedTest
  @MethodSource("refusedDtypes")
  void dtypesWithoutAMeaningAreRefused(String op, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(DTypeException.class).hasMessageStartingWith(op);
  }

  @Test
  void mixedDtypesArePromoted() {
    Tensor half = X.to(DType.FLOAT16);
    Tensor full = X.to(DType.FLOAT32);
    assertThat(half.addcmul(full, full).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(half.addcdiv(full, full).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(half.addcmul(half, half).dtype()).isEqualTo(DType.FLOAT16);
    assertThat(half.trapezoid(full, 1).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(half.cumulativeTrapezoid(full, 1).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(WHOLE.xlogy(WHOLE).dtype()).isEqualTo(DType.FLOAT32);
    assertSame(X.selectScatter(Tensor.of(7L, 8L), 0, 1), Tensor.of(0.0, 1, 7, 8).reshape(2, 2));
    assertSame(X.sliceScatter(Tensor.of(7L, 8L).reshape(1, 2), 0, 0, 1, 1).select(0, 0), of(7, 8));
    assertSame(X.diagonalScatter(Tensor.of(7L, 8L), 0, 0, 1).diagonal(), of(7, 8));
  }

  private static Tensor of(double... values) {
    return Tensor.of(values);
  }

  @Test
  void sumsAndPowersOfIntegersAreInt64() {
    Tensor small = WHOLE.to(DType.INT8);
    assertSame(Tensor.einsum("i->", small), Tensor.of(6L).reshape(Shape.SCALAR));
    assertSame(Linalg.vander(small, 2), Tensor.of(1L, 1, 1, 2, 1, 3).reshape(3, 2));
    assertSame(WHOLE.cov(1), Tensor.of(1f).reshape(Shape.SCALAR));
  }

  @Test
  void oneVariableHasOneVariance() {
    assertThat(Tensor.of(1.0, 2, 3).reshape(1, 3).cov(1).shape()).isEqualTo(Shape.SCALAR);
    assertThat(Tensor.of(2.0).reshape(Shape.SCALAR).cov(0).item()).isZero();
    assertThat(Tensor.of(2.0).reshape(Shape.SCALAR).corrcoef().item()).isNaN();
    assertThat(Tensor.of(1.0, 2, 3).reshape(1, 3).corrcoef().shape()).isEqualTo(Shape.SCALAR);
    Tensor pairs =
        Tensor.complex(
            Tensor.of(1.0, 1, 2, 0).reshape(2, 2), Tensor.of(1.0, -1, 0, 0).reshape(2, 2));
    assertSame(pairs.cov(1).real(), Tensor.of(2.0, 0, 0, 2).reshape(2, 2));
    assertSame(pairs.cov(1).imag(), Tensor.of(0.0, 2, -2, 0).reshape(2, 2)); // i conj(1) + …
    assertThat(pairs.corrcoef().imag().select(0, 0).select(0, 1).item())
        .isCloseTo(1, within(1e-15));
  }

  @Test
  void nothingHasNorms() {
    Tensor empty = Tensor.zeros(2, 3, 0);
    assertSame(empty.cdist(empty, Double.POSITIVE_INFINITY), Tensor.zeros(2, 3, 3));
    assertSame(Linalg.cond(Tensor.zeros(2, 0, 3)), Tensor.zeros(2));
    assertThatThrownBy(() -> empty.norm(-1, new int[] {2}, false))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("norm: (2, 3, 0)");
    assertThat(Tensor.of(1.0, 2).combinations(0, false).shape()).isEqualTo(Shape.of(0));
  }

  @Test
  void logarithmsOfNegativeDeterminantsAreNan() {
    Tensor swap = Tensor.of(0.0, 1, 1, 0).reshape(2, 2);
    assertThat(Linalg.logdet(swap).item()).isNaN();
    assertThat(Linalg.logdet(Tensor.zeros(2, 2)).item()).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void powersReachTheLowestInt() {
    Tensor swap = Tensor.of(0.0, 1, 1, 0).reshape(2, 2);
    assertSame(Linalg.matrixPower(swap, Integer.MIN_VALUE), Tensor.of(1.0, 0, 0, 1).reshape(2, 2));
    assertSame(Linalg.matrixPower(swap, -3), swap);
  }

  @Test
  void qrHasThreeModes() {
    Tensor a = Tensor.of(3.0, 0, 4).reshape(3, 1);
    assertThat(Linalg.qr(a, Linalg.QrMode.COMPLETE).q().shape()).isEqualTo(Shape.of(3, 3));
    assertThat(Linalg.qr(a, Linalg.QrMode.REDUCED).q().shape()).isEqualTo(Shape.of(3, 1));
    var alone = Linalg.qr(a, Linalg.QrMode.R);
    assertThat(alone.q().shape()).isEqualTo(Shape.of(0));
    assertSame(alone.r(), Tensor.of(5.0).reshape(1, 1));
  }

  @Test
  void largeNumbersHaveNeighbours() {
    float large = 1e38f;
    Tensor up = Tensor.of(large).nextafter(Tensor.of(Float.POSITIVE_INFINITY));
    assertThat(up.item()).isEqualTo(Math.nextUp(large));
    assertThat(Tensor.of(Float.MAX_VALUE).nextafter(Tensor.of(0f)).item())
        .isEqualTo(Math.nextDown(Float.MAX_VALUE));
  }

  @Test
  void digammaAndZetaEndAtInfinity() {
    Tensor infinite = Tensor.of(Double.POSITIVE_INFINITY);
    assertSame(infinite.polygamma(1), Tensor.of(0.0));
    assertSame(Tensor.of(2.0).zeta(infinite), Tensor.of(0.0));
  }
}
