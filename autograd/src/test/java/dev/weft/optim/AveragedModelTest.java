package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Tensor;
import dev.weft.nn.Buffer;
import dev.weft.nn.Linear;
import dev.weft.nn.Module;
import dev.weft.nn.Parameter;
import org.junit.jupiter.api.Test;

class AveragedModelTest {

  private static final class Scale extends Module<Tensor, Tensor> {
    final Parameter weight = Parameter.of(Tensor.of(0.0));
    final Buffer seen = Buffer.of(Tensor.of(0.0));

    @Override
    protected Tensor forward(Tensor x) {
      return x.mul(weight);
    }

    void set(double w, double buffer) {
      weight.detach().fillInPlace(w);
      seen.fillInPlace(buffer);
    }
  }

  @Test
  void theEqualAverageIsTheMeanOfAllUpdates() {
    var model = new Scale();
    var average = AveragedModel.equal(model);
    for (double w : new double[] {1, 2, 6}) {
      model.set(w, 10 * w);
      average.updateParameters(model);
    }
    assertThat(average.apply(Tensor.of(2.0)).item()).isCloseTo(6, within(1e-12));
    assertThat(((Scale) average.module()).seen.item()).isEqualTo(60); // the last one
    assertThat(average.count()).isEqualTo(3);
    assertThat(model.weight.item()).isEqualTo(6);
  }

  @Test
  void theExponentialAverageForgets() {
    var model = new Scale();
    var average = AveragedModel.exponential(model, 0.75);
    model.set(4, 0);
    average.updateParameters(model); // 4
    model.set(8, 0);
    average.updateParameters(model); // 0.75 · 4 + 0.25 · 8
    assertThat(((Scale) average.module()).weight.item()).isEqualTo(5);
  }

  @Test
  void buffersAreAveragedWhenAskedFor() {
    var model = new Scale();
    var average = AveragedModel.of(model, (a, p, n) -> a.add(p.sub(a).div(n + 1.0)), true);
    model.set(0, 1);
    average.updateParameters(model);
    model.set(0, 3);
    average.updateParameters(model);
    assertThat(((Scale) average.module()).seen.item()).isEqualTo(2);
  }

  @Test
  void stateDictsHaveTheNamesOfPyTorch() {
    var average = AveragedModel.equal(new Linear(2, 3));
    average.updateParameters(new Linear(2, 3));
    assertThat(average.stateDict().keySet())
        .containsExactlyInAnyOrder("n_averaged", "module.weight", "module.bias");
    var other = AveragedModel.equal(new Linear(2, 3));
    other.loadStateDict(average.stateDict());
    assertThat(other.count()).isEqualTo(1);
    try (var _ = Autograd.noGrad()) {
      Tensor x = Tensor.ones(1, 2);
      assertThat(other.apply(x).toFloatArray()).isEqualTo(average.apply(x).toFloatArray());
    }
  }

  @Test
  void anotherModelIsRefused() {
    var average = AveragedModel.equal(new Linear(2, 3));
    assertThatThrownBy(() -> average.updateParameters(new Linear(3, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weight is (3, 2) in the average, (3, 3) in the model");
    assertThatThrownBy(() -> AveragedModel.exponential(new Linear(1, 1), 2))
        .hasMessageContaining("decay 2.0");
  }
}
