package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Arguments of methods that no op gets to see: refused at the call, by name. */
class ArgumentErrorsTest {

  private static Arguments bad(ThrowingCallable call, Class<?> expected, String says) {
    return Arguments.of(call, expected, says);
  }

  private static Arguments value(ThrowingCallable call, String says) {
    return bad(call, IllegalArgumentException.class, says);
  }

  private static Arguments shape(ThrowingCallable call, String says) {
    return bad(call, ShapeException.class, says);
  }

  private static Arguments dtype(ThrowingCallable call, String says) {
    return bad(call, DTypeException.class, says);
  }

  static Arguments[] calls() {
    Tensor x = Tensor.ones(3, 4);
    Tensor mask = x.gt(0);
    long huge = Long.MAX_VALUE;
    return new Arguments[] {
      dtype(() -> mask.argmax(), "argmax: bool (12): is not defined for bool"),
      dtype(() -> mask.argmin(1), "argmin: bool (3, 4): is not defined for bool"),
      dtype(() -> mask.topk(2), "topk: bool (3, 4)"),
      dtype(() -> mask.kthvalue(1), "kthvalue: bool (3, 4)"),
      dtype(() -> mask.median(), "median: bool (12)"),
      dtype(() -> mask.nanmedian(1, false), "nanmedian: bool (3, 4)"),
      value(() -> x.isclose(x, Double.NaN, 0, false), "isclose: rtol = NaN"),
      value(() -> x.allclose(x, 0, -1, false), "atol = -1.0: must be 0 or more"),
      value(() -> x.cdist(x, -1), "cdist: p = -1.0"),
      value(() -> x.cdist(x, Double.NaN), "cdist: p = NaN"),
      value(() -> x.renorm(0, 0, 1), "renorm: p = 0.0"),
      value(() -> x.renorm(2, 0, -1), "maxnorm = -1.0"),
      value(() -> Tensor.randperm(-1), "permutation: of -1 numbers"),
      value(() -> Linalg.vander(x, -1), "linalg.vander: n = -1"),
      value(() -> Linalg.vander(x, 0), "linalg.vander: n = 0"),
      value(() -> x.select(0, 0).combinations(-1, false), "combinations: of -1"),
      shape(() -> x.select(0, 0).renorm(2, 0, 1), "renorm: float32 (4): needs at least 2"),
      shape(() -> Tensor.empty(huge), "empty: float32 (9223372036854775807): does not fit"),
      shape(() -> Tensor.ones(1).expand(huge).exp(), "exp: float32 (9223372036854775807)"),
      shape(() -> x.tensordot(x, -1), "tensordot: (3, 4) and (3, 4): -1 dimensions"),
      shape(() -> x.tensordot(x, 3), "must be between 0 and 2"),
      shape(() -> x.repeat(huge, 2), "repeat: (3, 4): [9223372036854775807, 2]: gives too many"),
      shape(() -> x.diagEmbed(huge, 0, 1), "diag_embed: (3, 4): offset 9223372036854775807"),
      shape(
          () -> x.pad(new long[] {1L << 40, 0}, PadMode.REPLICATE),
          "pad: (3, 4): 1099511627776 and 0"),
      bad(
          () -> x.narrow(0, huge, 1),
          IndexException.class,
          "narrow: (3, 4): 1 elements from 9223372036854775807 on: dimension 0 has 3"),
      bad(() -> x.take(null), NullPointerException.class, "take: one of its 2 inputs is null"),
    };
  }

  @ParameterizedTest
  @MethodSource("calls")
  void areRefused(ThrowingCallable call, Class<?> expected, String says) {
    assertThatThrownBy(call).isInstanceOf(expected).hasMessageContaining(says);
  }

  @Test
  void theLowestOffsetIsOutsideEveryMatrix() {
    assertThat(Tensor.ones(3, 4).diagonal(Long.MIN_VALUE, 0, 1).numel()).isZero();
  }
}
