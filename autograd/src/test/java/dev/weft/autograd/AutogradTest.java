package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AutogradTest {

  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  @Test
  void theGradientOfASumOfSquaresIsTwiceTheInput() {
    Tensor x = leaf(1, -2, 3);
    x.square().sum().backward();
    assertThat(x.grad().orElseThrow().toDoubleArray()).containsExactly(2, -4, 6);
  }

  @Test
  void gradientsAddUpOverUsesAndOverPasses() {
    Tensor x = leaf(2);
    x.mul(x).add(x).sum().backward(); // 2x + 1
    x.mul(3).sum().backward();
    assertThat(x.grad().orElseThrow().item()).isEqualTo(8);
  }

  @Test
  void twoLeavesThatShareAGradientDoNotShareItsMemory() {
    Tensor x = leaf(1);
    Tensor y = leaf(1);
    x.add(y).sum().backward();
    x.mul(5).sum().backward();
    assertThat(x.grad().orElseThrow().item()).isEqualTo(6);
    assertThat(y.grad().orElseThrow().item()).isEqualTo(1);
  }

  @Test
  void broadcastGradientsAreSummed() {
    Tensor x = leaf(1, 2, 3);
    Tensor b = leaf(1);
    x.add(b).sum().backward();
    assertThat(b.grad().orElseThrow().toDoubleArray()).containsExactly(3);
  }

  @Test
  void thirdDerivativeOfAPolynomial() {
    Tensor x = leaf(2);
    Tensor y = x.mul(x).mul(x).mul(x).sum(); // x⁴: 4x³, 12x², 24x
    for (double expected : new double[] {32, 48, 48}) {
      y = Autograd.grad(y, List.of(x), Optional.empty(), true, true).getFirst().sum();
      assertThat(y.item()).isEqualTo(expected);
    }
    assertThat(x.grad()).isEmpty();
  }

  @Test
  void backwardThroughAHundredThousandOpsNeedsNoStack() {
    Tensor x = leaf(0);
    Tensor y = x;
    for (int i = 0; i < 100_000; i++) {
      y = y.add(1);
    }
    y.sum().backward();
    assertThat(x.grad().orElseThrow().item()).isEqualTo(1);
  }

  @Test
  void aSecondBackwardNeedsRetainGraph() {
    Tensor x = leaf(1);
    Tensor y = x.exp().sum();
    Autograd.backward(y, Optional.empty(), true, false);
    y.backward();
    assertThat(x.grad().orElseThrow().item()).isCloseTo(2 * Math.E, within(1e-14));
    assertThatThrownBy(y::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("retainGraph");
  }

  @Test
  void changingWhatBackwardNeedsIsAnError() {
    Tensor x = leaf(1, 2);
    Tensor y = x.exp();
    Tensor loss = y.square().sum();
    try (var _ = Autograd.noGrad()) {
      y.mulInPlace(2);
    }
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("square")
        .hasMessageContaining("changed in place");
  }

  @Test
  void inPlaceOpsOnIntermediatesAreRecorded() {
    Tensor x = leaf(3);
    Tensor y = x.mul(2);
    y.addInPlace(x.mul(5));
    y.sum().backward();
    assertThat(x.grad().orElseThrow().item()).isEqualTo(7);
  }

  @Test
  void inPlaceOpsKeepWhatTheirGradientNeedsOfTheReceiver() {
    Tensor x = leaf(3);
    Tensor y = x.mul(2);
    y.mulInPlace(y); // (2x)²
    y.sum().backward();
    assertThat(x.grad().orElseThrow().item()).isEqualTo(24);
  }

  @Test
  void gradientsFlowThroughWhatIsCopiedInPlace() {
    Tensor x = leaf(3, 4);
    Tensor y = x.mul(2);
    Tensor source = leaf(5);
    y.copyFrom(source.mul(10)); // x is gone
    y.sum().backward();
    assertThat(x.grad().orElseThrow().toDoubleArray()).containsOnly(0);
    assertThat(source.grad().orElseThrow().item()).isEqualTo(20);
  }

  @Test
  void aBufferThatWasNotTrackedCanTakeUpWhatIs() {
    Tensor buffer = Tensor.zeros(2).to(DType.FLOAT64);
    Tensor x = leaf(3, 4);
    buffer.copyFrom(x.square());
    buffer.mulInPlace(2).sum().backward();
    assertThat(x.grad().orElseThrow().toDoubleArray()).containsExactly(12, 16);
  }

  @Test
  void inPlaceOnALeafOrAViewOfOneIsRefused() {
    Tensor x = leaf(3, 4);
    assertThatThrownBy(() -> x.addInPlace(1))
        .hasMessageContaining("is a leaf")
        .hasMessageContaining("noGrad");
    assertThatThrownBy(() -> x.narrow(0, 0, 1).addInPlace(1))
        .hasMessageContaining("is a view of a leaf");
    assertThatThrownBy(() -> x.mul(1).detach().addInPlace(x)).hasMessageContaining("detached");
  }

  @Test
  void aViewFollowsAChangeOfItsBase() {
    Tensor x = leaf(3, 4);
    Tensor y = x.mul(1);
    Tensor view = y.narrow(0, 1, 1);
    y.mulInPlace(2);
    assertThat(view.item()).isEqualTo(8);
    view.sum().backward();
    assertThat(x.grad().orElseThrow().toDoubleArray()).containsExactly(0, 2);
  }

  @Test
  void aViewOfAnUntrackedBaseIsTrackedOnceTheBaseIs() {
    Tensor x = leaf(3, 4, 5, 6);
    Tensor base = Tensor.of(1.0, 1, 1, 1);
    Tensor view = base.reshape(2, 2).t().narrow(0, 1, 1); // elements 1 and 3
    Tensor constant = base.detach();
    assertThat(view.requiresGrad()).isFalse();
    base.addInPlace(x);
    assertThat(view.requiresGrad()).isTrue();
    assertThat(constant.requiresGrad()).isFalse();
    view.square().sum().backward(); // 2 (1 + x)
    assertThat(x.grad().orElseThrow().toDoubleArray()).containsExactly(0, 10, 0, 14);
  }

  @Test
  void aChangeOfAViewIsAChangeOfItsBaseAndOfOtherViews() {
    Tensor x = leaf(3, 4);
    Tensor w = leaf(10);
    Tensor y = x.mul(1);
    Tensor other = y.narrow(0, 0, 2);
    Tensor first = y.narrow(0, 0, 1);
    first.mulInPlace(w); // y = (w x₀, x₁)
    Tensor loss = y.sum().add(other.mul(2).sum()).add(first.mul(3).sum());
    loss.backward();
    assertThat(x.grad().orElseThrow().toDoubleArray()).containsExactly(60, 3);
    assertThat(w.grad().orElseThrow().item()).isEqualTo(18);
  }

  @Test
  void filledRowsOfAnUntrackedTensorHaveSecondDerivatives() {
    List<Tensor> inputs = List.of(Tensor.of(0.5, -1.0));
    java.util.function.Function<List<Tensor>, Tensor> rows =
        in -> {
          Tensor table = Tensor.zeros(3, 2).to(dev.weft.engine.DType.FLOAT64);
          table.get(0).addInPlace(in.getFirst().exp());
          table.get(2).addInPlace(in.getFirst().square());
          table.get(2).mulInPlace(in.getFirst());
          return table;
        };
    assertThat(Gradcheck.worstError(rows, inputs)).isLessThan(1e-8);
    assertThat(Gradcheck.worstSecondError(rows, inputs)).isLessThan(1e-6);
  }

  @Test
  void aLeafThatStartsLateDoesNotTrackEarlierViews() {
    Tensor x = Tensor.of(1.0, 2);
    Tensor view = x.narrow(0, 0, 1);
    x.requiresGrad(true);
    try (var _ = Autograd.noGrad()) {
      x.mulInPlace(2);
    }
    assertThat(view.requiresGrad()).isFalse();
    assertThat(x.narrow(0, 0, 1).requiresGrad()).isTrue();
  }

  @Test
  void aViewOfALeafOutlivesAStepOfAnOptimizer() {
    Tensor w = leaf(1, 2);
    Tensor view = w.narrow(0, 1, 1);
    try (var _ = Autograd.noGrad()) {
      w.mulInPlace(10);
    }
    view.square().sum().backward();
    assertThat(w.grad().orElseThrow().toDoubleArray()).containsExactly(0, 40);
  }

  @Test
  void gradGoesOnlyToTheInputsItIsAskedFor() {
    Tensor x = leaf(2);
    Tensor w = leaf(3);
    Tensor h = x.mul(w);
    var visited = new ArrayList<String>();
    h.registerHook(
        g -> {
          visited.add("h");
          return g;
        });
    Tensor side = w.exp();
    side.registerHook(
        g -> {
          visited.add("side");
          return g;
        });
    Tensor y = h.square().add(side);
    Tensor loss = y.sum();
    Tensor atH = Autograd.grad(loss, List.of(h), Optional.empty(), true, false).getFirst();
    assertThat(atH.item()).isEqualTo(12);
    assertThat(visited).containsExactly("h");
    assertThat(Autograd.grad(loss, x).item()).isEqualTo(36);
    assertThat(visited).containsExactly("h", "h");
  }

  @Test
  void nothingIsRecordedInsideNoGrad() {
    Tensor x = leaf(1);
    try (var _ = Autograd.noGrad()) {
      assertThat(x.mul(2).requiresGrad()).isFalse();
      try (var _ = Autograd.enableGrad()) {
        assertThat(x.mul(2).requiresGrad()).isTrue();
      }
    }
    Tensor made;
    try (var _ = Autograd.inferenceMode()) {
      made = Tensor.of(1.0);
      assertThatThrownBy(() -> made.requiresGrad(true)).hasMessageContaining("inferenceMode");
    }
    assertThatThrownBy(() -> made.requiresGrad(true)).hasMessageContaining("copy() it outside");
    assertThat(made.copy().requiresGrad(true).requiresGrad()).isTrue();
  }

  @Test
  void hooksSeeAndReplaceGradients() {
    Tensor x = leaf(1);
    Tensor y = x.mul(3).retainGrad();
    var seen = new ArrayList<Double>();
    var hook =
        y.registerHook(
            g -> {
              seen.add(g.item());
              return g.mul(10);
            });
    y.sum().backward();
    assertThat(seen).containsExactly(1.0);
    assertThat(y.grad().orElseThrow().item()).isEqualTo(10);
    assertThat(x.grad().orElseThrow().item()).isEqualTo(30);
    hook.close();
    x.grad(Optional.empty());
    x.mul(3).sum().backward();
    assertThat(x.grad().orElseThrow().item()).isEqualTo(3);
  }

  @Test
  void aLeafIsFinalBeforeTheLayersBelowItAreDone() {
    Tensor first = leaf(2);
    Tensor second = leaf(3);
    var order = new ArrayList<String>();
    Autograd.registerPostAccumulateGradHook(first, _ -> order.add("first"));
    Autograd.registerPostAccumulateGradHook(
        second,
        leaf -> {
          order.add("second");
          assertThat(leaf.grad().orElseThrow().item()).isEqualTo(2 * 2);
        });
    first.mul(2).mul(second).sum().backward();
    assertThat(order).containsExactly("second", "first");
  }

  @Test
  void wrongUseIsExplained() {
    assertThatThrownBy(() -> leaf(1, 2).mul(2).backward())
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("is no scalar");
    assertThatThrownBy(() -> Tensor.of(1.0).backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("requiresGrad(true)");
    assertThatThrownBy(() -> Tensor.of(1L).requiresGrad(true)).isInstanceOf(DTypeException.class);
    Tensor unrelated = leaf(1);
    Tensor y = leaf(1).sum();
    assertThatThrownBy(() -> Autograd.grad(y, unrelated)).hasMessageContaining("input 0");
  }

  @Test
  void gradcheckFindsAGradientThatIsWrongOrMissing() {
    List<Tensor> inputs = List.of(Tensor.of(0.5, 1.5));
    assertThat(Gradcheck.worstError(in -> in.getFirst().exp(), inputs)).isLessThan(1e-9);
    // detach loses half of the product's gradient, or all of it
    assertThat(Gradcheck.worstError(in -> in.getFirst().mul(in.getFirst().detach()), inputs))
        .isGreaterThan(0.1);
    assertThat(Gradcheck.worstError(in -> in.getFirst().detach().exp(), inputs)).isGreaterThan(0.1);
    assertThat(Gradcheck.worstSecondError(in -> in.getFirst().mul(in.getFirst().detach()), inputs))
        .isGreaterThan(0.1);
  }

  @Test
  void manyInputsOfOneOpAllGetTheirGradient() {
    var parts = new ArrayList<Tensor>();
    for (int i = 0; i < 70; i++) { // more than the bits of the masks that say what is saved
      parts.add(leaf(i));
    }
    Tensor.cat(parts, 0).square().sum().backward();
    for (int i = 0; i < 70; i++) {
      assertThat(parts.get(i).grad().orElseThrow().item()).isEqualTo(2.0 * i);
    }
  }
}
