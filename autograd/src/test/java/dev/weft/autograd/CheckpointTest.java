package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CheckpointTest {

  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  /** Through exp, a product and dropout, with a weight that is no input. */
  private static UnaryOperator<Tensor> body(Tensor w) {
    return x -> x.exp().mul(w).dropout(0.5).square();
  }

  private static List<double[]> gradients(boolean checkpointed) {
    Tensor x = leaf(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8);
    Tensor w = leaf(1, 2, 3, 4, 5, 6, 7, 8);
    try (var _ = Context.current().withGenerator(new Generator(7))) {
      UnaryOperator<Tensor> body = body(w);
      Tensor y = checkpointed ? Autograd.checkpoint(body, x) : body.apply(x);
      Tensor after = Tensor.rand(2); // takes numbers between forward and backward
      y.sum().mul(after.sum().item()).backward();
    }
    return List.of(x.grad().orElseThrow().toDoubleArray(), w.grad().orElseThrow().toDoubleArray());
  }

  @Test
  void gradientsAreTheSameBits() {
    List<double[]> plain = gradients(false);
    List<double[]> recomputed = gradients(true);
    assertThat(recomputed.get(0)).isEqualTo(plain.get(0));
    assertThat(recomputed.get(1)).isEqualTo(plain.get(1));
    assertThat(plain.get(0)).contains(0.0); // something was dropped
  }

  @Test
  void theFunctionRunsOnceMoreAndOnlyWhenBackwardNeedsIt() {
    var runs = new ArrayList<Integer>();
    Tensor x = leaf(1, 2);
    Tensor y =
        Autograd.checkpoint(
            t -> {
              runs.add(runs.size());
              return t.exp().sin();
            },
            x);
    assertThat(runs).hasSize(1);
    y.sum().backward();
    assertThat(runs).hasSize(2);
    try (var _ = Autograd.noGrad()) {
      Autograd.checkpoint(
          t -> {
            runs.add(0);
            return t.exp();
          },
          x);
    }
    assertThat(runs).hasSize(3);
  }

  private static long heldBetween(boolean checkpointed) {
    Tensor x = Tensor.full(dev.weft.engine.Shape.of(1 << 16), 0.5, DType.FLOAT32);
    x.requiresGrad(true);
    Function<Tensor, Tensor> body = t -> t.exp().sin().exp().sin().exp().sin().sum();
    Tensor.collectGarbage();
    long before = Tensor.liveBytes();
    try (var _ = TensorScope.open()) {
      Tensor loss;
      try (var scope = TensorScope.open()) {
        loss = scope.keep(checkpointed ? Autograd.checkpoint(body, x) : body.apply(x));
      }
      long held = Tensor.liveBytes() - before;
      loss.backward();
      x.grad(Optional.empty());
      assertThat(Tensor.liveBytes() - before).isLessThan(1024); // all is back
      return held;
    }
  }

  @Test
  void memoryOfTheActivationsIsNotHeldUntilBackward() {
    // exp saves its result, and sin its input, which is the same tensor
    assertThat(heldBetween(false)).isGreaterThanOrEqualTo(3 * (4 << 16));
    assertThat(heldBetween(true)).isLessThan(1024);
  }

  @Test
  void gradientsOfGradientsAndRetainedGraphsWork() {
    Tensor x = leaf(0.5);
    Tensor y = Autograd.checkpoint((Tensor t) -> t.exp().square(), x).sum(); // e^2x
    Tensor first = Autograd.grad(y, List.of(x), Optional.empty(), true, true).getFirst();
    assertThat(first.item()).isCloseTo(2 * Math.E, org.assertj.core.api.Assertions.within(1e-14));
    assertThat(Autograd.grad(first.sum(), x).item())
        .isCloseTo(4 * Math.E, org.assertj.core.api.Assertions.within(1e-14));
  }

  @Test
  void checkpointsNestAndTakeRecords() {
    record Pair(Tensor a, Tensor b) {}
    Tensor a = leaf(2);
    Tensor b = leaf(3);
    Function<Pair, Pair> inner = p -> new Pair(p.a().mul(p.b()), p.b().square());
    Pair out =
        Autograd.checkpoint(
            p -> Autograd.checkpoint(inner, Autograd.checkpoint(inner, p)), new Pair(a, b));
    // (ab · b², b⁴)
    out.a().add(out.b()).sum().backward();
    assertThat(a.grad().orElseThrow().item()).isEqualTo(27);
    assertThat(b.grad().orElseThrow().item()).isEqualTo(2 * 3 * 9 + 4 * 27);
  }

  /** The first op saves its input, which becomes a copy before it is overwritten. */
  @Test
  void changesInPlaceInsideAreRecomputedToo() {
    Tensor x = leaf(0.5, 2);
    Tensor y = Autograd.checkpoint((Tensor t) -> t.mul(1).mulInPlace(t).exp(), x); // e^x²
    y.sum().backward();
    assertThat(x.grad().orElseThrow().toDoubleArray())
        .containsExactly(
            new double[] {Math.exp(0.25), 4 * Math.exp(4)},
            org.assertj.core.api.Assertions.within(1e-12));
  }

  @Test
  void whatSavesNothingHoldsNothing() {
    Tensor x = Tensor.ones(1 << 10).requiresGrad(true);
    Tensor.collectGarbage();
    Tensor y;
    long before;
    try (var scope = TensorScope.open()) {
      Tensor shifted = x.add(1);
      before = Tensor.liveBytes();
      y = scope.keep(Autograd.checkpoint((Tensor t) -> t.sum(), shifted));
    }
    assertThat(Tensor.liveBytes()).isLessThan(before); // the input is gone
    y.backward();
    assertThat(x.grad().orElseThrow().sum().item()).isEqualTo(1 << 10);
  }

  @Test
  void layersInsideModulesAreCheckpointedByAnInterceptor() {
    var layer = new Linear(3, 2);
    Tensor x = Tensor.randn(4, 3);
    layer.apply(x).square().sum().backward();
    float[] expected = layer.weight.grad().orElseThrow().toFloatArray();
    layer.zeroGrad();
    layer.intercept((input, forward) -> Autograd.checkpoint(forward, input));
    layer.apply(x).square().sum().backward();
    assertThat(layer.weight.grad().orElseThrow().toFloatArray()).isEqualTo(expected);
  }

  @Test
  void autocastIsThatOfForward() {
    var layer = new Linear(3, 2);
    Tensor x = Tensor.randn(4, 3).requiresGrad(true);
    Tensor y;
    try (var _ = Context.current().withAutocast(Optional.of(DType.BFLOAT16))) {
      y = Autograd.checkpoint(layer::apply, x);
    }
    assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
    y.to(DType.FLOAT32).sum().backward(); // would find other dtypes without
    assertThat(x.grad()).isPresent();
  }

  @Test
  void whatCannotBeRecomputedIsRefused() {
    Tensor x = leaf(1, 2).mul(1);
    Tensor y = Autograd.checkpoint(t -> t.exp(), x);
    try (var _ = Autograd.noGrad()) {
      x.mulInPlace(2);
    }
    assertThatThrownBy(() -> y.sum().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("checkpoint: input 0")
        .hasMessageContaining("changed in place");
    int[] calls = {0};
    Tensor z =
        Autograd.checkpoint(t -> calls[0]++ == 0 ? t.exp() : t.narrow(0, 0, 1).exp(), leaf(1, 2));
    assertThatThrownBy(() -> z.sum().backward())
        .hasMessageContaining("float64 (2)")
        .hasMessageContaining("float64 (1)")
        .hasMessageContaining("must do the same each time");
  }

  @Test
  void hooksPackAndUnpackWhatIsSaved() {
    Tensor x = leaf(1, 2);
    var packed = new ArrayList<String>();
    Tensor y;
    try (var _ =
        Autograd.savedTensorHooks(
            t -> {
              packed.add(t.spec().toString());
              return t.to(DType.FLOAT32); // halves the memory
            },
            t -> t.to(DType.FLOAT64))) {
      y = x.exp();
    }
    Tensor z = y.square().sum();
    assertThat(packed).containsExactly("float64 (2)");
    z.backward();
    double rounded = (float) Math.exp(2);
    assertThat(x.grad().orElseThrow().toDoubleArray()[1]).isEqualTo(2 * Math.exp(2) * rounded);
  }

  @Test
  void hooksThatReturnSomethingElseAreNamed() {
    Tensor x = leaf(1, 2);
    Tensor y;
    try (var _ = Autograd.savedTensorHooks(t -> 0, _ -> Tensor.of(1.0))) {
      y = x.exp();
    }
    assertThatThrownBy(() -> y.sum().backward())
        .hasMessageContaining("exp")
        .hasMessageContaining("unpacked float64 (1)");
  }

  @Test
  void changesInPlaceAreFoundBehindHooksToo() {
    Tensor y;
    try (var _ = Autograd.savedTensorHooks((Tensor t) -> t, t -> t)) {
      y = leaf(1, 2).exp();
    }
    y.mulInPlace(2);
    assertThatThrownBy(() -> y.sum().backward()).hasMessageContaining("changed in place");
  }
}
