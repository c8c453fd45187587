package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.optim.SGD;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModuleTest {

  private static class Base extends Module<Tensor, Tensor> {
    final Linear first = new Linear(3, 4);
    private final Buffer mask = Buffer.of(Tensor.ones(4));

    @Override
    protected Tensor forward(Tensor x) {
      return first.apply(x).mul(mask);
    }
  }

  /** A bit of everything that may hold parameters. */
  private static final class Zoo extends Base {
    final ModuleList<Linear> list = ModuleList.of(new Linear(4, 4), new Linear(4, 4, false));
    final Map<String, Module<?, ?>> heads = new LinkedHashMap<>();
    final Parameter scale = Parameter.of(Tensor.ones(1));
    final Optional<Parameter> shift = Optional.of(Parameter.of(Tensor.zeros(1)));
    final Optional<Parameter> nothing = Optional.empty();
    final Linear[] array = {new Linear(4, 4, false)};
    final Buffer scratch = Buffer.of(Tensor.zeros(1), false);
    final Tensor plain = Tensor.zeros(2);
    transient Linear hidden = new Linear(1, 1);
    static final Linear SHARED = new Linear(1, 1);

    Zoo() {
      heads.put("a", new Linear(4, 1, false));
    }
  }

  @Test
  void namesComeFromFieldsInOrderOwnTensorsFirst() {
    assertThat(new Zoo().namedParameters().keySet())
        .containsExactly(
            "scale",
            "shift",
            "first.weight",
            "first.bias",
            "list.0.weight",
            "list.0.bias",
            "list.1.weight",
            "heads.a.weight",
            "array.0.weight");
    assertThat(new Zoo().namedModules().keySet())
        .containsExactly("", "first", "list", "list.0", "list.1", "heads.a", "array.0");
    assertThat(new Zoo().namedBuffers().keySet()).containsExactly("mask", "scratch");
  }

  @Test
  void theStateDictHoldsParametersAndPersistentBuffersAndSharesMemory() {
    var zoo = new Zoo();
    Map<String, Tensor> state = zoo.stateDict();
    assertThat(state).containsKeys("mask", "scale", "first.weight").doesNotContainKey("scratch");
    assertThat(state.get("scale").requiresGrad()).isFalse();
    state.get("scale").fillInPlace(7);
    assertThat(zoo.scale.item()).isEqualTo(7);
  }

  private static final class Tied extends Module<Tensor, Tensor> {
    final Linear encoder = new Linear(3, 3, false);
    final Linear decoder = encoder;
    final Parameter again = encoder.weight;

    @Override
    protected Tensor forward(Tensor x) {
      return decoder.apply(encoder.apply(x));
    }
  }

  @Test
  void sharedParametersAreListedOnceAndSavedUnderEachName() {
    var tied = new Tied();
    assertThat(tied.parameters()).hasSize(1);
    assertThat(tied.namedParameters().keySet()).containsExactly("again");
    assertThat(tied.stateDict().keySet())
        .containsExactly("again", "encoder.weight", "decoder.weight");
    var other = new Tied();
    other.loadStateDict(tied.stateDict());
    assertThat(other.encoder.weight.equal(tied.encoder.weight)).isTrue();
    Tied copy = Module.deepCopy(tied);
    assertThat(copy.parameters()).hasSize(1);
    assertThat(copy.encoder).isSameAs(copy.decoder).isNotSameAs(tied.encoder);
  }

  private static final class Loop extends Module<Tensor, Tensor> {
    final List<Module<Tensor, Tensor>> children = new ArrayList<>();

    @Override
    protected Tensor forward(Tensor x) {
      return x;
    }
  }

  @Test
  void aModuleInsideItselfIsAnErrorThatNamesTheField() {
    var outer = new Loop();
    var inner = new Loop();
    outer.children.add(inner);
    inner.children.add(outer);
    assertThatThrownBy(outer::parameters)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("children.0.children.0")
        .hasMessageContaining("transient");
  }

  @Test
  void loadingListsEverythingThatDoesNotFitAndChangesNothing() {
    var model = Sequential.of(new Linear(2, 3), new Linear(3, 1));
    double before = model.stateDict().get("0.bias").sum().item();
    var state = new LinkedHashMap<String, Tensor>(model.stateDict());
    state.remove("0.weight");
    state.put("0.bias", Tensor.full(9, 3));
    state.put("1.bias", Tensor.zeros(5));
    state.put("2.weight", Tensor.zeros(1));
    assertThatThrownBy(() -> model.loadStateDict(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing: 0.weight")
        .hasMessageContaining("unexpected: 2.weight")
        .hasMessageContaining("1.bias: shape (1) in the module, (5) in the state dict");
    assertThat(model.stateDict().get("0.bias").sum().item()).isEqualTo(before);
    state.remove("1.bias");
    IncompatibleKeys keys = model.loadStateDict(state, false);
    assertThat(keys.missing()).containsExactly("0.weight", "1.bias");
    assertThat(keys.unexpected()).containsExactly("2.weight");
    assertThat(model.stateDict().get("0.bias").sum().item()).isEqualTo(27);
  }

  @Test
  void loadingConvertsTheDtypeAndRefusesWhatHasNoValues() {
    var model = new Linear(2, 1, false);
    model.loadStateDict(Map.of("weight", Tensor.of(1.5, 2.5).reshape(1, 2)));
    assertThat(model.weight.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(model.weight.toDoubleArray()).containsExactly(1.5, 2.5);
    Tensor released = Tensor.ones(1, 2);
    released.release();
    assertThatThrownBy(() -> model.loadStateDict(Map.of("weight", released)))
        .hasMessageContaining("released");
  }

  @Test
  void modesReachEveryModule() {
    var zoo = new Zoo();
    zoo.eval();
    assertThat(zoo.modules()).noneMatch(Module::isTraining);
    zoo.train();
    assertThat(zoo.modules()).allMatch(Module::isTraining);
    zoo.requiresGrad(false);
    assertThat(zoo.parameters()).noneMatch(Tensor::requiresGrad);
  }

  @Test
  void movingKeepsTheIdentityOfParametersAndConvertsGradients() {
    var model = new Linear(2, 1);
    model.apply(Tensor.ones(3, 2)).sum().backward();
    Parameter weight = model.weight;
    try (var _ = TensorScope.open()) { // nothing of the module may end with somebody's scope
      model.to(DType.FLOAT64);
    }
    assertThat(model.weight).isSameAs(weight);
    assertThat(weight.dtype()).isEqualTo(DType.FLOAT64);
    assertThat(weight.requiresGrad()).isTrue();
    assertThat(weight.grad().orElseThrow().dtype()).isEqualTo(DType.FLOAT64);
    assertThat(weight.grad().orElseThrow().toDoubleArray()).containsExactly(3, 3);
    assertThatThrownBy(() -> model.to(DType.INT64)).hasMessageContaining("floating");
  }

  @Test
  void aModelBuiltOnMetaIsFilledLater() {
    Linear model;
    try (var _ = Context.current().withDefaultDevice(Device.META)) {
      model = new Linear(2, 1);
    }
    assertThat(
            model
                .apply(Tensor.zeros(dev.weft.engine.Shape.of(5, 2), DType.FLOAT32, Device.META))
                .shape()
                .sizes())
        .containsExactly(5, 1);
    var state = new Linear(2, 1).stateDict();
    assertThatThrownBy(() -> model.loadStateDict(state)).hasMessageContaining("toEmpty");
    model.toEmpty(Device.CPU);
    model.loadStateDict(state);
    assertThat(model.apply(Tensor.ones(1, 2)).isReleased()).isFalse();
  }

  @Test
  void hooksRunInOrderAroundForward() {
    var model = new Identity();
    var log = new ArrayList<String>();
    List<Scope> scopes =
        List.of(
            model.registerForwardPreHook(
                (_, x) -> {
                  log.add("pre");
                  return x.add(1);
                }),
            model.intercept(
                (x, forward) -> {
                  log.add("inner");
                  return forward.apply(x);
                }),
            model.intercept(
                (x, forward) -> {
                  log.add("outer");
                  return ((Tensor) forward.apply(x)).mul(10);
                }),
            model.registerForwardHook(
                (_, in, out) -> {
                  log.add("hook " + in.item() + " " + out.item());
                  return out.add(0.5);
                }));
    assertThat(model.apply(Tensor.scalar(1)).item()).isEqualTo(20.5);
    assertThat(log).containsExactly("pre", "outer", "inner", "hook 2.0 20.0");
    assertThat((double) model.through(Tensor.scalar(1), x -> x.add(2)).item()).isEqualTo(30);
    scopes.forEach(Scope::close);
    scopes.forEach(Scope::close);
    assertThat(model.apply(Tensor.scalar(1)).item()).isEqualTo(1);
  }

  @Test
  void anExceptionInForwardLeavesTheModuleUsable() {
    var model = new Identity();
    var broken =
        model.registerForwardHook(
            (_, _, _) -> {
              throw new IllegalStateException("boom");
            });
    assertThatThrownBy(() -> model.apply(Tensor.ones(1))).hasMessage("boom");
    broken.close();
    assertThat(model.apply(Tensor.ones(1)).item()).isEqualTo(1);
  }

  private record Pair(Tensor sum, List<Tensor> parts) {}

  private static final class Leaky extends Module<Tensor, Pair> {
    transient Tensor temporary = Tensor.zeros(1);
    transient Tensor kept = Tensor.zeros(1);

    @Override
    protected Pair forward(Tensor x) {
      temporary = x.add(1);
      kept = x.add(2).keep();
      return new Pair(x.add(3), List.of(x.add(4)));
    }
  }

  @Test
  void aCallReleasesWhatItDoesNotReturnOrKeep() {
    var model = new Leaky();
    Pair result = model.apply(Tensor.ones(2));
    assertThat(model.temporary.isReleased()).isTrue();
    assertThat(model.kept.isReleased()).isFalse();
    assertThat(result.sum().isReleased()).isFalse();
    assertThat(result.parts().getFirst().isReleased()).isFalse();
  }

  private static final class Opaque {
    final Tensor inside = Tensor.ones(1);
  }

  @Test
  void resultsInWhichTensorsCannotBeFoundAreRefused() {
    var model =
        new Module<Tensor, Opaque>() {
          @Override
          protected Opaque forward(Tensor x) {
            return new Opaque();
          }
        };
    assertThatThrownBy(() -> model.apply(Tensor.ones(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Opaque")
        .hasMessageContaining("record");
  }

  @Test
  void parametersOutliveEveryScope() {
    Linear model;
    try (var _ = TensorScope.open()) {
      model = new Linear(2, 2);
    }
    assertThat(model.weight.isReleased()).isFalse();
    assertThat(model.apply(Tensor.ones(1, 2)).isReleased()).isFalse();
  }

  @Test
  void aDeepCopySharesNothing() {
    var zoo = new Zoo();
    zoo.first.apply(Tensor.ones(1, 3)).sum().backward();
    zoo.scale.requiresGrad(false);
    zoo.eval();
    Zoo copy = Module.deepCopy(zoo);
    assertThat(copy.namedParameters().keySet()).isEqualTo(zoo.namedParameters().keySet());
    Map<String, Tensor> before = zoo.stateDict();
    copy.stateDict()
        .forEach(
            (name, tensor) -> {
              assertThat(tensor.equal(before.get(name))).as(name).isTrue();
              tensor.fillInPlace(42);
              assertThat(before.get(name).equal(tensor)).as(name).isFalse();
            });
    assertThat(copy.plain).isNotSameAs(zoo.plain);
    assertThat(copy.first.weight.grad()).isEmpty();
    assertThat(copy.scale.requiresGrad()).isFalse();
    assertThat(copy.first.weight.requiresGrad()).isTrue();
    assertThat(copy.isTraining()).isFalse();
    assertThat(copy.list.get(1).bias).isEmpty();
    copy.list.add(new Linear(1, 1));
    assertThat(zoo.list.size()).isEqualTo(2);
  }

  @Test
  void printsAsPyTorchDoes() {
    var model =
        Sequential.of(
            new Linear(64, 128), new ReLU(), new Dropout(0.1), new LayerNorm(128), new GELU());
    assertThat(model)
        .hasToString(
            """
            Sequential(
              (0): Linear(in_features=64, out_features=128, bias=True)
              (1): ReLU()
              (2): Dropout(p=0.1)
              (3): LayerNorm((128,), eps=1e-05, elementwise_affine=True)
              (4): GELU(approximate='none')
            )\
            """);
    assertThat(ModuleList.of(new Tanh(), new Tanh(), new ReLU()))
        .hasToString("ModuleList(\n  (0-1): 2 x Tanh()\n  (2): ReLU()\n)");
    assertThat(new Embedding(5, 4, -1)).hasToString("Embedding(5, 4, padding_idx=4)");
    assertThat(new Parameter[] {new Linear(1, 1).weight}[0].toString())
        .startsWith("Parameter containing:\n");
  }

  @Test
  void theSummaryCountsSharedParametersOnce() {
    var model = new Tied();
    assertThat(model.summary().total()).isEqualTo(9);
    model.encoder.weight.requiresGrad(false);
    ModuleSummary summary = Sequential.of(model, new Linear(3, 1000)).summary();
    assertThat(summary.trainable()).isEqualTo(4000);
    assertThat(summary.bytes()).isEqualTo(4 * 4009);
    assertThat(summary.toString())
        .contains("0 | 0    | Tied   | 9      | (3, 3)")
        .contains("1 | 1    | Linear | 4.0 K  | (1000, 3) (1000) | train")
        .contains("4.0 K     Trainable params")
        .contains("9         Non-trainable params")
        .contains("0.016     Params size (MB)");
  }

  @Test
  void modulesAreFoundByTheirPath() {
    var zoo = new Zoo();
    assertThat(zoo.submodule("list.1")).isSameAs(zoo.list.get(1));
    assertThatThrownBy(() -> zoo.submodule("list.7")).hasMessageContaining("list.1");
  }

  @Test
  void chainsOfOtherTypesFitTogether() {
    Module<List<Tensor>, Tensor> stack =
        new Module<>() {
          @Override
          protected Tensor forward(List<Tensor> xs) {
            return Tensor.stack(xs, 0);
          }
        };
    Sequential<List<Tensor>, Tensor> chain =
        Sequential.startingWith(stack).then(new Flatten()).then(new Linear(3, 2));
    Tensor y = chain.apply(List.of(Tensor.ones(3), Tensor.zeros(3)));
    assertThat(y.shape().sizes()).containsExactly(2, 2);
    assertThat(chain.namedParameters().keySet()).containsExactly("2.weight", "2.bias");
  }

  @Test
  void trainingStepsKeepTheAmountOfLiveMemory() {
    var model = Sequential.of(new Linear(8, 16), new ReLU(), new Dropout(0.1), new Linear(16, 4));
    var optimizer = new SGD(model.parameters(), 0.01).momentum(0.9);
    Tensor x = Tensor.randn(5, 8);
    Tensor y = Tensor.of(0L, 1L, 2L, 3L, 0L);
    Runnable step =
        () -> {
          optimizer.zeroGrad();
          Functional.crossEntropy(model.apply(x), y).backward();
          optimizer.step();
        };
    long scoped = liveAfter(10, () -> inScope(step));
    assertThat(liveAfter(10_000, () -> inScope(step))).isEqualTo(scoped);
    assertThat(liveAfter(1_000, step)).isEqualTo(scoped);
  }

  private static void inScope(Runnable step) {
    try (var _ = TensorScope.open()) {
      step.run();
    }
  }

  private static long liveAfter(int steps, Runnable step) {
    for (int i = 0; i < steps; i++) {
      step.run();
    }
    Tensor.collectGarbage();
    return Tensor.liveBytes();
  }
}
