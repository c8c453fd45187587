package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.optim.Clipping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class NNUtilsTest {

  private static BatchNorm2d trained(long channels) {
    var norm = new BatchNorm2d(channels);
    norm.to(DType.FLOAT64);
    try (var _ = Autograd.noGrad()) {
      norm.weight.orElseThrow().copyFrom(Tensor.rand(channels).to(DType.FLOAT64).add(0.5));
      norm.bias.orElseThrow().copyFrom(Tensor.randn(channels).to(DType.FLOAT64));
      norm.runningMean.orElseThrow().copyFrom(Tensor.randn(channels).to(DType.FLOAT64));
      norm.runningVar.orElseThrow().copyFrom(Tensor.rand(channels).to(DType.FLOAT64).add(0.5));
    }
    norm.eval();
    return norm;
  }

  private static void assertAlike(Tensor actual, Tensor wanted) {
    assertThat(actual.detach().toDoubleArray())
        .containsExactly(wanted.detach().toDoubleArray(), within(1e-12));
  }

  @Test
  void aFusedConvolutionDoesWhatBothDo() {
    Tensor x = Tensor.randn(2, 4, 5, 5).to(DType.FLOAT64);
    var grouped = ConvOptions.DEFAULT.groups(2).padding(1);
    for (boolean bias : new boolean[] {true, false}) {
      var conv = new Conv2d(4, 6, new long[] {3}, grouped, bias);
      var transposed = new ConvTranspose2d(4, 6, new long[] {3}, grouped, bias);
      for (Module<Tensor, Tensor> layer : List.of(conv, transposed)) {
        layer.to(DType.FLOAT64).eval();
        BatchNorm2d norm = trained(6);
        Module<Tensor, Tensor> fused = NNUtils.fuseConvBnEval(layer, norm);
        assertThat(fused).isInstanceOf(layer.getClass());
        assertThat(fused.isTraining()).isFalse();
        assertAlike(fused.apply(x), norm.apply(layer.apply(x)));
      }
    }
    assertThatThrownBy(() -> NNUtils.fuseConvBnEval(new Conv2d(1, 2, 1), trained(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("fuseConvBnEval: 3 channels behind a layer of 2 outputs");
    assertThatThrownBy(() -> NNUtils.fuseConvBnEval(new Linear(1, 2), trained(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Linear: is no convolution");
  }

  @Test
  void aFusedLinearLayerDoesWhatBothDo() {
    var linear = new Linear(3, 2, false);
    linear.to(DType.FLOAT64).eval();
    var norm = new BatchNorm1d(2);
    norm.to(DType.FLOAT64);
    norm.runningMean.orElseThrow().fillInPlace(0.25);
    norm.eval();
    Tensor x = Tensor.randn(4, 3).to(DType.FLOAT64);
    assertAlike(NNUtils.fuseLinearBnEval(linear, norm).apply(x), norm.apply(linear.apply(x)));
    linear.train();
    assertThatThrownBy(() -> NNUtils.fuseLinearBnEval(linear, norm))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("call eval() on both first");
  }

  @Test
  void statisticsAreAveragedOverTheBatches() {
    var norm = new BatchNorm1d(1);
    norm.runningMean.orElseThrow().fillInPlace(7);
    norm.eval();
    List<Tensor> batches =
        List.of(Tensor.of(1f, 3f).reshape(2, 1), Tensor.of(2f, 8f, 5f).reshape(3, 1));
    NNUtils.updateBn(batches, norm);
    // From PyTorch 2.13: means 2 and 5, unbiased variances 2 and 9.
    assertThat(norm.runningMean.orElseThrow().item()).isCloseTo(3.5, within(1e-6));
    assertThat(norm.runningVar.orElseThrow().item()).isCloseTo(5.5, within(1e-6));
    assertThat(norm.isTraining()).isFalse();
    norm.train();
    norm.apply(Tensor.of(3.5f, 3.5f).reshape(2, 1)); // momentum 0.1 again
    assertThat(norm.runningVar.orElseThrow().item()).isCloseTo(4.95, within(1e-6));
  }

  @Test
  void parametersAsARowAndBack() {
    var model = new Linear(3, 2);
    Tensor row = NNUtils.parametersToVector(model.parameters());
    assertThat(row.numel()).isEqualTo(8);
    row.square().sum().backward();
    assertThat(model.weight.grad()).isPresent();
    NNUtils.vectorToParameters(Tensor.arange(8).to(DType.FLOAT32), model.parameters());
    assertThat(model.bias.orElseThrow().detach().toFloatArray()).containsExactly(6, 7);
    assertThatThrownBy(() -> NNUtils.vectorToParameters(Tensor.ones(7), model.parameters()))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("the parameters have 8 elements");
  }

  @Test
  void anEnsembleRunsOverStackedState() {
    var models = List.of(new Linear(3, 2), new Linear(3, 2));
    Tensor x = Tensor.randn(4, 3);
    var stacked = NNUtils.stackModuleState(models);
    var names = new ArrayList<>(stacked.keySet());
    Tensor all =
        Autograd.vmap(
            (List<Tensor> in) -> {
              var state = new LinkedHashMap<String, Tensor>();
              for (int i = 0; i < names.size(); i++) {
                state.put(names.get(i), in.get(i));
              }
              return models.getFirst().functionalCall(state, x);
            },
            List.copyOf(stacked.values()));
    for (int i = 0; i < 2; i++) {
      assertThat(all.select(0, i).detach().toFloatArray())
          .containsExactly(models.get(i).apply(x).detach().toFloatArray(), within(1e-6f));
    }
    assertThatThrownBy(
            () -> NNUtils.stackModuleState(List.of(new Linear(3, 2), new Linear(3, 2, false))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model 1 has [weight], model 0 has [weight, bias]");
  }

  @Test
  void packedSequencesComeApartInTheirOldOrder() {
    List<Tensor> sequences = List.of(Tensor.of(1f), Tensor.of(2f, 3f, 4f), Tensor.of(5f, 6f));
    List<Tensor> again = RNNUtils.unpackSequence(RNNUtils.packSequence(sequences, false));
    for (int i = 0; i < sequences.size(); i++) {
      assertThat(again.get(i).toFloatArray()).containsExactly(sequences.get(i).toFloatArray());
    }
  }

  @Test
  void sparseColumnsHoldAsManyZerosAsWanted() {
    Tensor matrix = Init.sparse(Tensor.empty(10, 4), 0.25, 0.5);
    assertThat(matrix.eq(0.0).sum(0).toLongArray()).containsExactly(3, 3, 3, 3); // ⌈2.5⌉
    assertThatThrownBy(() -> Init.sparse(Tensor.empty(10, 4), 1.5, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sparse: sparsity 1.5");
  }

  @Test
  void gradientsAreScaledByANormThatIsKnown() {
    Parameter p = Parameter.of(Tensor.of(3.0, 4.0));
    p.grad(java.util.Optional.of(Tensor.of(3.0, 4.0)));
    Clipping.clipGradsWithNorm(List.of(p), 1, Tensor.scalar(10).to(DType.FLOAT64));
    assertThat(p.grad().orElseThrow().toDoubleArray())
        .containsExactly(new double[] {0.299999970000003, 0.39999996000000404}, within(1e-15));
    List<Tensor> tensors = List.of(Tensor.of(3.0, 4.0), Tensor.of(12.0));
    assertThat(Clipping.getTotalNorm(tensors, 2).item()).isEqualTo(13);
  }

  @Test
  void aFunctionOfOneNumberGivesItsValueAndGradients() {
    Autograd.Pulled at = Autograd.gradAndValue(x -> x.square().sum(), Tensor.of(1.0, -3.0));
    assertThat(at.value().item()).isEqualTo(10);
    assertThat(at.gradient().toDoubleArray()).containsExactly(2, -6);
    assertThatThrownBy(() -> Autograd.gradAndValue(x -> x, Tensor.of(1.0, 2.0)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("gradAndValue");
  }
}
