package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers whose number of inputs is found out by their first call. */
class LazyLayersTest {

  static Stream<Arguments> layers() {
    ConvOptions grouped = ConvOptions.DEFAULT.groups(2);
    long[] two = {2};
    NormOptions tracking = NormOptions.INSTANCE.affine(true).trackRunningStats(true);
    NormOptions bare = NormOptions.BATCH.affine(false);
    return Stream.of(
        pair(new LazyLinear(3), new Linear(4, 3), 5, 4),
        pair(new LazyLinear(3, false), new Linear(4, 3, false), 4),
        pair(new LazyConv1d(6, 2), new Conv1d(4, 6, 2), 2, 4, 5),
        pair(new LazyConv1d(6, 2), new Conv1d(4, 6, 2), 4, 5),
        pair(new LazyConv2d(6, 2, grouped), new Conv2d(4, 6, 2, grouped), 2, 4, 5, 5),
        pair(
            new LazyConv3d(6, two, grouped, false),
            new Conv3d(4, 6, two, grouped, false),
            2,
            4,
            3,
            3,
            3),
        pair(new LazyConvTranspose1d(6, 2), new ConvTranspose1d(4, 6, 2), 2, 4, 5),
        pair(
            new LazyConvTranspose2d(6, 2, grouped),
            new ConvTranspose2d(4, 6, 2, grouped),
            2,
            4,
            5,
            5),
        pair(new LazyConvTranspose3d(6, 2), new ConvTranspose3d(4, 6, 2), 4, 3, 3, 3),
        pair(new LazyBatchNorm1d(), new BatchNorm1d(4), 5, 4),
        pair(new LazyBatchNorm2d(bare), new BatchNorm2d(4, bare), 2, 4, 3, 3),
        pair(new LazyBatchNorm3d(), new BatchNorm3d(4), 2, 4, 2, 2, 2),
        pair(new LazyInstanceNorm1d(tracking), new InstanceNorm1d(4, tracking), 2, 4, 3),
        pair(new LazyInstanceNorm2d(), new InstanceNorm2d(4), 4, 3, 3),
        pair(new LazyInstanceNorm3d(tracking), new InstanceNorm3d(4, tracking), 2, 4, 2, 2, 2));
  }

  private static Arguments pair(LazyLayer<?> lazy, Module<Tensor, Tensor> plain, long... shape) {
    return Arguments.of(lazy, plain, shape);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("layers")
  void becomeTheirLayer(LazyLayer<?> lazy, Module<Tensor, Tensor> plain, long[] shape) {
    Tensor x = Tensor.randn(new Generator(3), shape);
    lazy.apply(x);
    assertThat(lazy).hasToString(plain.toString());
    plain.loadStateDict(lazy.stateDict()); // the same names and shapes
    if (lazy.stateDict().isEmpty()) {
      return;
    }
    for (boolean training : new boolean[] {true, false}) {
      lazy.train(training);
      plain.train(training);
      assertThat(lazy.apply(x).toFloatArray()).isEqualTo(plain.apply(x).toFloatArray());
    }
    assertThat(List.copyOf(lazy.namedBuffers().keySet()))
        .isEqualTo(List.copyOf(plain.namedBuffers().keySet()));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("layers")
  void takeTheirSizesFromAStateDict(LazyLayer<?> lazy, Module<Tensor, Tensor> plain, long[] shape) {
    if (plain.stateDict().isEmpty()) {
      return;
    }
    lazy.loadStateDict(plain.stateDict());
    Tensor x = Tensor.randn(new Generator(3), shape);
    assertThat(lazy.apply(x).toFloatArray()).isEqualTo(plain.apply(x).toFloatArray());
  }

  @Test
  void areConvertedAndCopiedBeforeTheirFirstCall() {
    var model = Sequential.of(new LazyLinear(3), new ReLU(), new LazyLinear(2));
    model.to(DType.FLOAT64).eval();
    var copy = Module.deepCopy(model);
    assertThat(copy.apply(Tensor.ones(5, 4).to(DType.FLOAT64)).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(copy.namedParameters().keySet())
        .containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
    assertThat(model.toString()).contains("LazyLinear(number of inputs unknown)");
  }

  @Test
  void refuseWhatNeedsTheirParametersBeforeTheirFirstCall() {
    var model = Sequential.of(new LazyLinear(3), new ReLU());
    String says = "LazyLinear: has no parameters yet: its number of inputs is unknown";
    assertThatThrownBy(model::parameters).hasMessageContaining(says);
    assertThatThrownBy(model::stateDict).hasMessageContaining(says);
    assertThatThrownBy(() -> new LazyConv2d(6, 2).apply(Tensor.ones(5)))
        .hasMessageContaining("LazyConv2d: (5): needs 3 or 4 sizes");
    assertThatThrownBy(() -> new LazyConv2d(5, 2, ConvOptions.DEFAULT.groups(2)))
        .hasMessageContaining("outChannels 5: cannot be cut into 2 groups");
  }
}
