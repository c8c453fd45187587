package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FunctionalCallTest {

  @Test
  void usesTheGivenTensorsAndLeavesTheModuleAlone() {
    var model = Sequential.of(new Linear(2, 2), new BatchNorm1d(2), new Linear(2, 1));
    model.eval();
    float[] before = model.apply(Tensor.ones(1, 2)).toFloatArray();
    Tensor zero = Tensor.zeros(1, 2);
    Tensor bias = Tensor.full(5.0, 1).requiresGrad(true);
    Tensor y = model.functionalCall(Map.of("2.weight", zero, "2.bias", bias), Tensor.ones(1, 2));
    assertThat(y.item()).isEqualTo(5);
    y.backward();
    assertThat(bias.grad().orElseThrow().item()).isEqualTo(1);
    assertThat(model.namedParameters().get("2.weight").grad()).isEmpty();
    assertThat(model.namedParameters().get("2.bias").grad()).isEmpty();
    assertThat(model.apply(Tensor.ones(1, 2)).toFloatArray()).isEqualTo(before);
    Tensor running = Tensor.full(1.0, 2);
    model.functionalCall(Map.of("1.running_mean", running), Tensor.ones(1, 2));
    assertThat(model.stateDict().get("1.running_mean").sum().item()).isZero();
  }

  /** Both shared places get the one tensor. */
  @Test
  void sharedParametersAreReplacedTogether() {
    var shared = new Linear(1, 1, false);
    var model = Sequential.of(shared, shared);
    Tensor w = Tensor.full(3.0, 1, 1);
    assertThat(model.functionalCall(Map.of("0.weight", w), Tensor.ones(1, 1)).item()).isEqualTo(9);
  }

  /**
   * w ← w − a ∂/∂w (w x)²/2, then half the square again: ½ (w (1 − a x²) x)², whose derivative with
   * respect to the first w is w x² (1 − a x²)².
   */
  @Test
  void gradientsFlowThroughAStepOfTraining() {
    var model = new Linear(1, 1, false);
    model.to(DType.FLOAT64);
    double w = model.weight.item();
    Tensor x = Tensor.of(1.5).reshape(1, 1);
    Tensor loss = model.apply(x).square().sum().div(2.0);
    var stepped = new LinkedHashMap<String, Tensor>();
    Tensor gradient =
        Autograd.grad(loss, List.of(model.weight), java.util.Optional.empty(), true, true)
            .getFirst();
    stepped.put("weight", model.weight.sub(gradient.mul(0.1)));
    model.functionalCall(stepped, x).square().sum().div(2.0).backward();
    assertThat(model.weight.grad().orElseThrow().item())
        .isCloseTo(w * 2.25 * Math.pow(1 - 0.1 * 2.25, 2), within(1e-12));
  }

  @Test
  void ensemblesAreMappedOver() {
    var model = new Linear(2, 1, false);
    Tensor weights = Tensor.of(1.0, 2, 3, 4).reshape(2, 1, 2);
    Tensor x = Tensor.of(1.0, 10).reshape(1, 2);
    Tensor y = Autograd.vmap(w -> model.functionalCall(Map.of("weight", w), x), weights);
    assertThat(y.toDoubleArray()).containsExactly(21, 43);
  }

  @Test
  void hooksRunAndUnknownNamesAreRefused() {
    var model = new Linear(1, 1);
    var seen = new ArrayList<String>();
    model.registerForwardHook(
        (_, _, out) -> {
          seen.add("called");
          return out;
        });
    model.functionalCall(Map.of(), Tensor.ones(1, 1));
    assertThat(seen).hasSize(1);
    assertThatThrownBy(() -> model.functionalCall(Map.of("w", Tensor.ones(1)), Tensor.ones(1, 1)))
        .hasMessageContaining("functionalCall: Linear has no 'w', only weight, bias");
  }
}
