package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What happens one step past the end of a cycle, where every loop of optimizer and schedule ends.
 */
class OneCycleTest {

  private static SGD optimizer() {
    return new SGD(List.of(Parameter.of(Tensor.zeros(1))), 0.1);
  }

  private static OneCycleLR cycle(Optimizer optimizer) {
    return OneCycleLR.builder(optimizer, 0.5, 30)
        .pctStart(0.5)
        .anneal(OneCycleLR.Anneal.LINEAR)
        .cycleMomentum(false)
        .build();
  }

  /** From 0.5 at step 14 to 2e-6 at step 29: the line goes on below 0, as in PyTorch. */
  @Test
  void theLineGoesOnForOneStep() {
    SGD optimizer = optimizer();
    OneCycleLR cycle = cycle(optimizer);
    for (int step = 0; step < 30; step++) {
      cycle.step();
    }
    double expected = 0.5 + (2e-6 - 0.5) * 16 / 15;
    assertThat(optimizer.groups().getFirst().lr()).isCloseTo(expected, within(1e-15));
    assertThatThrownBy(cycle::step).hasMessageContaining("OneCycleLR: more than 30 steps");

    SGD resumed = optimizer();
    resumed.loadStateDict(optimizer.stateDict());
    assertThat(resumed.groups().getFirst().lr()).isEqualTo(optimizer.groups().getFirst().lr());
  }

  @Test
  void nobodyElseMaySetARateBelowZero() {
    assertThatThrownBy(() -> optimizer().groups().getFirst().lr(-0.1))
        .hasMessageContaining("SGD: lr -0.1");
  }
}
