package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Arguments that make no sense are refused at the call, by the function's name. */
class ArgumentErrorsTest {

  static Arguments[] calls() {
    Tensor x = Tensor.ones(2, 4, 6);
    Shape last = Shape.of(6);
    Optional<Tensor> none = Optional.empty();
    Optional<Tensor> ints = Optional.of(Tensor.of(1L, 2L, 3L, 4L));
    double nan = Double.NaN;
    return new Arguments[] {
      call("layer_norm: eps NaN", () -> Functional.layerNorm(x, last, none, none, nan)),
      call("rms_norm: eps -1.0", () -> Functional.rmsNorm(x, last, none, OptionalDouble.of(-1))),
      call("group_norm: eps -1.0", () -> Functional.groupNorm(x, 2, none, none, -1)),
      call(
          "batch_norm: eps NaN",
          () -> Functional.batchNorm(x, none, none, none, none, true, 0.1, nan)),
      call(
          "instance_norm, statistics or parameter: int64 (4): needs a floating dtype",
          () -> Functional.instanceNorm(x, none, none, ints, none, true, 0.1, 1e-5)),
      call("lp_pool1d: p = Infinity", () -> Functional.lpPool1d(x, 1 / 0.0, PoolOptions.of(2))),
      call("celu: parameter NaN", () -> Functional.celu(x, nan)),
      call(
          "scaled_dot_product_attention: scale NaN",
          () ->
              Functional.scaledDotProductAttention(
                  x, x, x, AttentionMask.NONE, 0, OptionalDouble.of(nan))),
      call("GroupNorm: eps NaN", () -> new GroupNorm(1, 2, nan, true)),
      call("RMSNorm: eps -1.0", () -> new RMSNorm(new long[] {2}, OptionalDouble.of(-1), true)),
      call("norm: momentum NaN", () -> NormOptions.BATCH.momentum(nan)),
      call("norm: momentum 1.5", () -> NormOptions.BATCH.momentum(1.5)),
      call("MultiMarginLoss: p = 3", () -> new MultiMarginLoss(3, 1, none, Reduction.MEAN)),
      call("MultiheadAttention: kdim [0]", () -> MultiheadOptions.DEFAULT.kdim(0)),
      call("pixel_shuffle: (2, 4, 6), factor", () -> Functional.pixelShuffle(x, 1L << 33)),
    };
  }

  private static Arguments call(String says, ThrowingCallable call) {
    return Arguments.of(says, call);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void areRefused(String says, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }
}
