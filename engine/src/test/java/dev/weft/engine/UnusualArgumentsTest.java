package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

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
        new org.assertj.core.api.ThrowableAssert.ThrowingCallable[] {
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
}
