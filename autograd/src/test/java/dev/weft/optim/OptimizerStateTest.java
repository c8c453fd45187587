package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Functional;
import dev.weft.nn.Linear;
import dev.weft.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What holds for every optimizer, whatever its formula. */
class OptimizerStateTest {

  private static final Map<String, Function<List<Parameter>, Optimizer>> ALL = new TreeMap<>();

  static {
    ALL.put("SGD", p -> new SGD(p, 0.05).momentum(0.9).nesterov(true));
    ALL.put("Adam", p -> new Adam(p, 0.05).amsgrad(true));
    ALL.put("AdamW", p -> new AdamW(p, 0.05));
    ALL.put("Adamax", p -> new Adamax(p, 0.05));
    ALL.put("NAdam", p -> new NAdam(p, 0.05).decoupledWeightDecay(true).weightDecay(0.1));
    ALL.put("RAdam", p -> new RAdam(p, 0.05));
    ALL.put("RMSprop", p -> new RMSprop(p, 0.01).centered(true).momentum(0.5));
    ALL.put("Adagrad", p -> new Adagrad(p, 0.1).lrDecay(0.1).initialAccumulatorValue(0.5));
    ALL.put("Adadelta", p -> new Adadelta(p, 1).eps(1e-2));
    ALL.put("Rprop", p -> new Rprop(p, 0.01));
    ALL.put("ASGD", p -> new ASGD(p, 0.05).lambd(0.01).t0(2));
    ALL.put("LBFGS", p -> new LBFGS(p, 0.5).maxIter(3).historySize(4));
    ALL.put("LBFGS with line search", p -> new LBFGS(p).maxIter(4).strongWolfe());
    ALL.put("Adafactor", p -> new Adafactor(p, 0.05).weightDecay(0.1));
    ALL.put("Lion", p -> new Lion(p, 0.01).weightDecay(0.1));
    ALL.put("Muon", p -> new Muon(p.subList(0, 1), 0.02));
  }

  private static final class Run {
    final Linear model = new Linear(3, 2);
    final Tensor x = Tensor.of(1f, 2, -1, 0.5f, -2, 1, 3, 0, 1, -1, -1, 2).reshape(4, 3);
    final Tensor y = Tensor.of(1f, 0, 0, 1, 2, -1, 0.5f, 0.5f).reshape(4, 2);
    final Optimizer optimizer;

    Run(Function<List<Parameter>, Optimizer> maker) {
      model.weight.detach().copyFrom(Tensor.of(0.1f, -0.2f, 0.3f, 0.4f, 0.5f, -0.6f).reshape(2, 3));
      model.bias.orElseThrow().detach().copyFrom(Tensor.of(0.2f, -0.1f));
      optimizer = maker.apply(model.parameters());
    }

    double step() {
      try (var _ = TensorScope.open()) {
        return optimizer
            .step(
                () -> {
                  optimizer.zeroGrad();
                  Tensor loss = Functional.mseLoss(model.apply(x), y);
                  loss.backward();
                  return loss;
                })
            .item();
      }
    }

    float[] weights() {
      return Tensor.cat(List.of(model.weight.reshape(-1), model.bias.orElseThrow()), 0)
          .toFloatArray();
    }
  }

  private static Stream<DynamicTest> each(Consumer<Function<List<Parameter>, Optimizer>> test) {
    return ALL.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> test.accept(entry.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> theLossFalls() {
    return each(
        maker -> {
          var run = new Run(maker);
          double first = run.step();
          double last = first;
          for (int i = 0; i < 30; i++) {
            last = run.step();
          }
          assertThat(last).isLessThan(0.9 * first);
        });
  }

  /** Same bits, whatever was kept as a number or a tensor. */
  @TestFactory
  Stream<DynamicTest> aResumedRunEqualsOneThatWasNotInterrupted() {
    return each(
        maker -> {
          var whole = new Run(maker);
          var first = new Run(maker);
          for (int i = 0; i < 4; i++) {
            whole.step();
            first.step();
          }
          var second = new Run(maker);
          second.model.loadStateDict(first.model.stateDict());
          second.optimizer.loadStateDict(first.optimizer.stateDict());
          for (int i = 0; i < 4; i++) {
            whole.step();
            second.step();
          }
          assertThat(second.weights()).isEqualTo(whole.weights());
        });
  }

  @Test
  void manyStepsKeepTheMemoryOfAFew() {
    List<Run> runs = ALL.values().stream().map(Run::new).toList();
    for (int i = 0; i < 6; i++) {
      runs.forEach(Run::step); // the history of LBFGS is full then
    }
    Tensor.collectGarbage();
    long live = Tensor.liveBytes();
    for (int i = 0; i < 20; i++) {
      runs.forEach(Run::step);
    }
    Tensor.collectGarbage();
    assertThat(Tensor.liveBytes()).isLessThanOrEqualTo(live);
  }

  @TestFactory
  Stream<DynamicTest> aStateThatDoesNotFitIsRefusedAsAWhole() {
    return each(
        maker -> {
          var run = new Run(maker);
          run.step();
          run.step();
          var dict = new LinkedHashMap<String, Object>(run.optimizer.stateDict());
          var states = new LinkedHashMap<Object, Object>((Map<?, ?>) dict.get("state"));
          var entry = new LinkedHashMap<Object, Object>((Map<?, ?>) states.get(0L));
          entry.replaceAll((_, value) -> value instanceof Tensor ? Tensor.zeros(7) : value);
          states.put(0L, entry);
          dict.put("state", states);
          float[] before = run.weights();
          assertThatThrownBy(() -> run.optimizer.loadStateDict(dict))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("nothing was loaded")
              .hasMessageContaining("state[0]");
          assertThat(run.weights()).isEqualTo(before);
        });
  }

  /** PyTorch's None, as files have it. */
  @Test
  void noneMeansAbsent() {
    var run = new Run(p -> new SGD(p, 0.1));
    run.step();
    var dict = run.optimizer.stateDict();
    var group =
        new LinkedHashMap<Object, Object>(
            (Map<?, ?>) ((List<?>) dict.get("param_groups")).getFirst());
    group.put("foreach", Optional.empty());
    group.put("fused", Optional.empty());
    dict.put("param_groups", List.of(group));
    dict.put("state", Map.of(0L, Map.of("momentum_buffer", Optional.empty())));
    run.optimizer.loadStateDict(dict);
    run.step();
    var lbfgs = new Run(LBFGS::new).optimizer;
    assertThat(lbfgs.groups().getFirst().get("line_search_fn")).isEqualTo(Optional.empty());
    assertThat(
            ((Map<?, ?>) ((List<?>) lbfgs.stateDict().get("param_groups")).getFirst())
                .get("max_eval"))
        .isEqualTo(25L);
  }

  @Test
  void settingsThatCannotBeAreNamed() {
    List<Parameter> p = List.of(Parameter.of(Tensor.zeros(2, 2)));
    assertThatThrownBy(() -> new RMSprop(p).alpha(2)).hasMessageContaining("alpha 2.0");
    assertThatThrownBy(() -> new NAdam(p).momentumDecay(-1))
        .hasMessageContaining("momentum_decay -1.0");
    assertThatThrownBy(() -> new LBFGS(p).maxIter(0)).hasMessageContaining("max_iter 0");
    assertThatThrownBy(() -> new LBFGS(p).step())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closure");
    assertThatThrownBy(() -> new Rprop(p).etas(1.1, 1.2).step()).hasMessageContaining("etas");
    ParameterGroup search = ParameterGroup.of(p).set("line_search_fn", "weak_wolfe");
    assertThatThrownBy(() -> new LBFGS(List.of(search)))
        .hasMessageContaining("weak_wolfe")
        .hasMessageContaining("strong_wolfe");
    assertThatThrownBy(() -> new Muon(List.of(Parameter.of(Tensor.zeros(2)))))
        .hasMessageContaining("no matrix");
    assertThatThrownBy(() -> new Adafactor(p).beta2Decay(0.5)).hasMessageContaining("beta2_decay");
  }
}
