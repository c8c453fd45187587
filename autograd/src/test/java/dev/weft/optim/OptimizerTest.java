package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Steps whose results follow from the formulas by hand, on the loss ½ Σ p², whose gradient is p.
 */
class OptimizerTest {

  private static Parameter parameter(double value) {
    return Parameter.of(Tensor.of(value));
  }

  private static void step(Optimizer optimizer, Parameter p) {
    optimizer.zeroGrad();
    p.square().sum().mul(0.5).backward();
    optimizer.step();
  }

  @Test
  void sgdWithMomentumBuildsUpSpeed() {
    Parameter p = parameter(1);
    var sgd = new SGD(List.of(p), 0.1).momentum(0.9);
    step(sgd, p); // b = 1,   p = 1 - 0.1
    step(sgd, p); // b = 1.8, p = 0.9 - 0.18
    assertThat(p.item()).isCloseTo(0.72, within(1e-12));
  }

  @Test
  void theFirstStepOfAdamIsTheLearningRate() {
    Parameter p = parameter(5);
    step(new Adam(List.of(p), 0.01), p);
    assertThat(p.item()).isCloseTo(4.99, within(1e-9));
  }

  @Test
  void adamWShrinksTheWeightFirst() {
    Parameter p = parameter(5);
    step(new AdamW(List.of(p), 0.01).weightDecay(0.1), p);
    assertThat(p.item()).isCloseTo(5 * (1 - 0.001) - 0.01, within(1e-9));
  }

  @Test
  void aRunThatIsResumedEqualsOneThatWasNotInterrupted() {
    Function<Parameter, Optimizer> adam = p -> new AdamW(List.of(p), 0.05).betas(0.8, 0.95);
    Parameter whole = parameter(3);
    var uninterrupted = adam.apply(whole);
    Parameter first = parameter(3);
    var before = adam.apply(first);
    for (int i = 0; i < 5; i++) {
      step(uninterrupted, whole);
      step(before, first);
    }
    Parameter second = Parameter.of(first.detach().copy());
    var after = adam.apply(second);
    after.loadStateDict(before.stateDict());
    for (int i = 0; i < 5; i++) {
      step(uninterrupted, whole);
      step(after, second);
    }
    assertThat(second.item()).isEqualTo(whole.item());
  }

  @Test
  void parametersWithoutGradientStay() {
    Parameter p = parameter(2);
    new SGD(List.of(p), 0.1).step();
    assertThat(p.item()).isEqualTo(2);
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> new SGD(List.of(), 0.1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Adam(List.of(parameter(1)), -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
