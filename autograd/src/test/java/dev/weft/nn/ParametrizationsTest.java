package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Expected numbers: PyTorch 2.13. */
class ParametrizationsTest {

  private static final Tensor X = Tensor.of(1, -2, .5, .3, .2, .1).reshape(2, 3);

  private static Linear linear() {
    var layer = new Linear(3, 2);
    layer.to(DType.FLOAT64);
    try (var _ = Context.current().withGrad(false)) {
      layer.weight.copyFrom(Tensor.of(.2, .4, .6, .8, 1, 1.2).reshape(2, 3));
      layer.bias.orElseThrow().copyFrom(Tensor.of(.5, -.5));
    }
    return layer;
  }

  private static void set(Module<?, ?> module, String name, double... values) {
    try (var _ = Context.current().withGrad(false)) {
      Tensor target = module.stateDict().get(name);
      target.copyFrom(Tensor.of(values).reshape(target.shape()));
    }
  }

  private static void assertClose(Tensor got, double... expected) {
    assertThat(got.toDoubleArray()).containsExactly(expected, within(1e-12));
  }

  private static Tensor gradient(Module<?, ?> module, String name) {
    return module.namedParameters().get(name).grad().orElseThrow();
  }

  @Test
  void weightNormLearnsLengthsAndDirections() {
    Linear layer = Parametrizations.weightNorm(linear());
    assertThat(layer.stateDict().keySet())
        .containsExactly(
            "bias", "parametrizations.weight.original0", "parametrizations.weight.original1");
    Tensor lengths = layer.stateDict().get("parametrizations.weight.original0");
    assertThat(lengths.shape()).isEqualTo(Shape.of(2, 1));
    assertClose(linear().apply(X), layer.apply(X).toDoubleArray());
    lengths.mulInPlace(2);
    Tensor y = layer.apply(X);
    assertClose(y, -0.1000000000000002, -1.7, 0.9, 0.6200000000000001);
    y.square().sum().backward();
    assertClose(
        gradient(layer, "parametrizations.weight.original0"),
        0.5612486080160914,
        1.5580690013561704);
    assertClose(
        gradient(layer, "parametrizations.weight.original1"),
        0.37999999999999917,
        0.9200000000000016,
        -0.7400000000000005,
        -7.476467532467533,
        12.320415584415585,
        -5.282701298701299);
  }

  @Test
  void weightNormOfTheWholeParameterHasOneLength() {
    var layer = Parametrizations.weightNorm(new Conv2d(2, 3, 2), "weight", OptionalInt.empty());
    assertThat(layer.stateDict().get("parametrizations.weight.original0").shape())
        .isEqualTo(Shape.SCALAR);
    assertThat(layer.apply(Tensor.ones(1, 2, 4, 4)).requiresGrad()).isTrue();
  }

  @Test
  void spectralNormDividesByTheLargestSingularValue() {
    Linear layer = Parametrizations.spectralNorm(linear());
    assertThat(layer.stateDict().keySet())
        .containsExactly(
            "bias",
            "parametrizations.weight.original",
            "parametrizations.weight.0._u",
            "parametrizations.weight.0._v");
    assertThat(layer.namedBuffers()).hasSize(2);
    set(layer, "parametrizations.weight.0._u", .6, .8);
    set(layer, "parametrizations.weight.0._v", 1 / 3.0, 2 / 3.0, 2 / 3.0);
    Tensor y = layer.apply(X);
    double[] expected = {
      0.3422376280736239, -0.8155247438527523, 0.6051749146175841, -0.2055102390707646
    };
    assertClose(y, expected);
    y.square().sum().backward();
    assertClose(
        gradient(layer, "parametrizations.weight.original"),
        0.5146480432723741,
        -0.640507895537599,
        0.18405089778866152,
        -1.0082475180168113,
        1.5589838804983842,
        -0.5912857126646395);
    assertClose(
        layer.stateDict().get("parametrizations.weight.0._u"),
        0.3896399908366979,
        0.9209672510685588);
    layer.eval();
    assertClose(layer.apply(X), expected);
  }

  @Test
  void theStartOfSpectralNormIsCloseToTheSingularVectors() {
    Linear layer = Parametrizations.spectralNorm(linear());
    layer.eval().apply(X);
    assertThat(dev.weft.engine.Linalg.svdvals(layer.weight.detach()).max().item())
        .isCloseTo(1, within(1e-9));
    var transposed = Parametrizations.spectralNorm(new ConvTranspose2d(2, 3, 2));
    assertThat(transposed.stateDict().get("parametrizations.weight.0._u").shape())
        .isEqualTo(Shape.of(3));
    assertThat(transposed.stateDict().get("parametrizations.weight.0._v").shape())
        .isEqualTo(Shape.of(8));
  }

  /** A weight that stays symmetric. */
  private static final class Symmetric extends Parametrization {
    @Override
    protected Tensor forward(List<Tensor> originals) {
      Tensor upper = originals.getFirst().triu();
      return upper.add(upper.t().tril(-1));
    }
  }

  @Test
  void parametersMayBeComputedByOwnFormulasAndLearntThroughThem() {
    var layer = Parametrizations.register(new Linear(3, 3), "weight", new Symmetric());
    Tensor x = Tensor.randn(4, 3);
    layer.apply(x).square().sum().backward();
    assertThat(layer.weight.detach().equal(layer.weight.detach().t())).isTrue();
    assertThat(gradient(layer, "parametrizations.weight.original").tril(-1).abs().sum().item())
        .isZero();
    assertThat(layer.toString()).contains("parametrizations").contains("(0): Symmetric()");
  }

  @Test
  void copiesComputeTheirOwn() {
    Linear layer = Parametrizations.weightNorm(linear());
    Linear copy = Module.deepCopy(layer);
    copy.stateDict().get("parametrizations.weight.original0").zeroInPlace();
    assertClose(copy.apply(X), .5, -.5, .5, -.5);
    assertClose(layer.apply(X), linear().apply(X).toDoubleArray());
  }

  @Test
  void removedOnesAreLearntAsBefore() {
    Linear layer = Parametrizations.weightNorm(linear());
    layer.stateDict().get("parametrizations.weight.original0").mulInPlace(2);
    layer.apply(X);
    Parametrizations.remove(layer, "weight");
    assertThat(layer.stateDict().keySet()).containsExactly("weight", "bias");
    Tensor y = layer.apply(X);
    assertClose(y, -0.1000000000000002, -1.7, 0.9, 0.6200000000000001);
    y.sum().backward();
    assertThat(layer.weight.isLeaf()).isTrue();
    assertThat(layer.weight.grad()).isPresent();
  }

  @Test
  void mistakesAreNamed() {
    Linear layer = Parametrizations.weightNorm(linear());
    assertThatThrownBy(() -> Parametrizations.weightNorm(layer))
        .hasMessageContaining("'weight' of Linear is computed already");
    assertThatThrownBy(() -> Parametrizations.spectralNorm(new ReLU()))
        .hasMessageContaining("ReLU has no parameter 'weight'");
    assertThatThrownBy(() -> Parametrizations.remove(linear(), "weight"))
        .hasMessageContaining("is not computed");
    assertThatThrownBy(() -> Parametrizations.spectralNorm(linear(), "bias", 1, 1e-12, 0))
        .hasMessageContaining("no matrix");
    var wrong =
        Parametrizations.register(
            linear(),
            "weight",
            new Parametrization() {
              @Override
              protected Tensor forward(List<Tensor> originals) {
                return originals.getFirst().t();
              }
            });
    assertThatThrownBy(() -> wrong.apply(X))
        .hasMessageContaining("computed (3, 2) for a parameter of (2, 3)");
  }
}
