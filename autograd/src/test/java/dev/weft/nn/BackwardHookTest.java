package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackwardHookTest {

  /** (a, b) → (3a, ab). */
  private record Pair(Tensor a, Tensor b) {}

  private static final class Products extends Module<Pair, Pair> {
    @Override
    protected Pair forward(Pair in) {
      return new Pair(in.a().mul(3), in.a().mul(in.b()));
    }
  }

  private static double only(Optional<Tensor> gradient) {
    return gradient.orElseThrow().item();
  }

  private static Tensor leaf(double value) {
    return Tensor.of(value).requiresGrad(true);
  }

  @Test
  void hooksSeeTheGradientsOfAllInputsAndOutputs() {
    var module = new Products();
    var seen = new ArrayList<Double>();
    var hook =
        module.registerFullBackwardHook(
            (m, in, out) -> {
              assertThat(m).isSameAs(module);
              in.forEach(g -> seen.add(only(g)));
              out.forEach(g -> seen.add(only(g)));
              return in;
            });
    Tensor a = leaf(5);
    Tensor b = leaf(7);
    Pair y = module.apply(new Pair(a, b));
    y.a().mul(10).add(y.b().mul(100)).sum().backward();
    assertThat(seen).containsExactly(30.0 + 700, 500.0, 10.0, 100.0);
    assertThat(a.grad().orElseThrow().item()).isEqualTo(730);
    hook.close();
    module.apply(new Pair(a, b)).a().sum().backward();
    assertThat(seen).hasSize(4);
  }

  @Test
  void hooksReplaceGradientsBeforeAndBehindTheModule() {
    var module = new Products();
    var order = new ArrayList<String>();
    module.registerFullBackwardPreHook(
        (_, out) -> {
          order.add("before");
          return out.stream().map(g -> g.map(t -> t.mul(2))).toList();
        });
    module.registerFullBackwardHook(
        (_, in, out) -> {
          order.add("behind");
          assertThat(only(out.get(0))).isEqualTo(2);
          assertThat(out.get(1)).isEmpty();
          return in.stream().map(g -> g.map(t -> t.add(1))).toList();
        });
    Tensor a = leaf(5);
    Tensor b = leaf(7);
    module.apply(new Pair(a, b)).a().sum().backward();
    assertThat(order).containsExactly("before", "behind");
    assertThat(a.grad().orElseThrow().item()).isEqualTo(2 * 3 + 1);
    assertThat(b.grad()).isEmpty();
  }

  @Test
  void withoutAGradientOfTheInputTheHookIsCalledAtTheOutput() {
    var module = new Linear(2, 1);
    var calls = new ArrayList<Integer>();
    module.registerFullBackwardHook(
        (_, in, out) -> {
          assertThat(in).containsExactly(Optional.empty());
          calls.add(out.size());
          return in;
        });
    module.apply(Tensor.ones(3, 2)).sum().backward();
    assertThat(calls).containsExactly(1);
    try (var _ = Autograd.noGrad()) {
      assertThat(module.apply(Tensor.ones(3, 2)).requiresGrad()).isFalse();
    }
  }

  @Test
  void whatAHookKeepsOutlivesThePass() {
    var module = new Products();
    var kept = new ArrayList<Tensor>();
    module.registerFullBackwardHook(
        (_, in, out) -> {
          in.forEach(g -> kept.add(g.orElseThrow()));
          kept.add(out.get(1).orElseThrow());
          return in;
        });
    module.apply(new Pair(leaf(5), leaf(7))).b().mul(2).sum().backward();
    assertThat(kept.stream().map(Tensor::item)).containsExactly(14.0, 10.0, 2.0);
  }

  @Test
  void gradientsOfGradientsGoThroughHooks() {
    var module = new Products();
    module.registerFullBackwardHook((_, in, _) -> in);
    Tensor a = leaf(5);
    Tensor y = module.apply(new Pair(a, a)).b().sum(); // a²
    Tensor first = Autograd.grad(y, List.of(a), Optional.empty(), true, true).getFirst();
    assertThat(Autograd.grad(first.sum(), a).item()).isEqualTo(2);
  }

  @Test
  void aHookThatReturnsTooFewGradientsIsNamed() {
    var module = new Products();
    module.registerFullBackwardHook((_, _, _) -> List.of());
    assertThatThrownBy(() -> module.apply(new Pair(leaf(5), leaf(7))).b().sum().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Products: a full backward hook returned 0 gradients for 2");
  }

  @Test
  void copiesDoNotCallTheHooksOfTheOriginal() {
    var module = new Products();
    var calls = new ArrayList<String>();
    module.registerFullBackwardHook(
        (_, in, _) -> {
          calls.add("call");
          return in;
        });
    Module.deepCopy(module).apply(new Pair(leaf(5), leaf(7))).b().sum().backward();
    assertThat(calls).isEmpty();
  }
}
