package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Functional;
import dev.weft.nn.Linear;
import dev.weft.nn.Module;
import dev.weft.nn.Sequential;
import dev.weft.nn.Tanh;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Native memory that is in use after many steps of training equals that after a few. */
class TrainingMemoryTest {

  private static final int STEPS = 10_000;

  private final Module<Tensor, Tensor> model =
      Sequential.of(new Linear(3, 4), new Tanh(), new Linear(4, 2));
  private final Optimizer optimizer = new Adam(model.parameters(), 1e-3);
  private final Tensor x = Tensor.randn(2, 3);
  private final Tensor y = Tensor.randn(2, 2);

  @BeforeEach
  void collectWhatOtherTestsLeft() {
    Tensor.collectGarbage();
  }

  private void step() {
    optimizer.zeroGrad();
    Functional.mseLoss(model.apply(x), y).backward();
    optimizer.step();
  }

  @Test
  void withAScopeAroundEachStepNothingIsLeft() {
    long live = 0;
    for (int i = 0; i < STEPS; i++) {
      try (var _ = TensorScope.open()) {
        step();
      }
      if (i == 10) {
        live = Tensor.liveBytes();
      }
    }
    assertThat(Tensor.liveBytes()).isEqualTo(live);
  }

  @Test
  void gradientsThatAreReturnedBelongToTheOpenScope() {
    x.requiresGrad(true);
    Tensor hidden = x.mul(2);
    long live = Tensor.liveBytes();
    try (var _ = TensorScope.open()) {
      Tensor loss = hidden.mul(x).sum();
      Autograd.grad(loss, List.of(x, hidden, x), Optional.empty(), true, false);
    }
    assertThat(Tensor.liveBytes()).isEqualTo(live);
  }

  @Test
  void withoutAnyScopeTheGarbageCollectorFindsAll() {
    long live = 0;
    for (int i = 0; i < STEPS; i++) {
      step();
      if (i == 10) {
        Tensor.collectGarbage();
        live = Tensor.liveBytes();
      }
    }
    Tensor.collectGarbage();
    assertThat(Tensor.liveBytes()).isEqualTo(live);
  }
}
