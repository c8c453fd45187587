package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.data.DataLoader;
import dev.weft.fabric.data.Dataset;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.RankFailedException;
import dev.weft.nn.Functional;
import dev.weft.nn.Linear;
import dev.weft.nn.ReLU;
import dev.weft.nn.Sequential;
import dev.weft.optim.SGD;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fabric on one rank, and on ranks that are threads. */
class FabricTest {

  private static FabricBuilder threads(int ranks) {
    return Fabric.builder()
        .environment(Environment.of(Map.of()))
        .accelerator("cpu")
        .strategy("ddp_spawn")
        .devices(ranks);
  }

  private static FabricBuilder single() {
    return Fabric.builder().environment(Environment.of(Map.of())).accelerator("cpu").devices(1);
  }

  record Pair(Tensor x, Tensor y) {}

  private static Sequential<Tensor, Tensor> model() {
    return Sequential.of(new Linear(4, 8), new ReLU(), new Linear(8, 3));
  }

  /** Weights after training on 64 samples, in order, with batches of 64 over all ranks. */
  private static Tensor trained(Fabric fabric, int batchSize) {
    fabric.seedEverything(3);
    Tensor x = Tensor.randn(128, 4);
    Tensor y = Tensor.randint(0, 3, new long[] {128}, new dev.weft.engine.Generator(5));
    Dataset<Pair> data = Dataset.ofTensors(new Pair(x, y));
    var model = model();
    var optimizer = new SGD(model.parameters(), 0.1).momentum(0.9);
    fabric.setup(model, optimizer);
    var loader = fabric.setupDataLoader(DataLoader.of(data).batchSize(batchSize).build());
    for (int epoch = 0; epoch < 3; epoch++) {
      for (Pair batch : loader) {
        optimizer.zeroGrad();
        fabric.backward(Functional.crossEntropy(model.apply(batch.x()), batch.y()));
        fabric.clipGradients(model, optimizer, Clip.norm(2.0));
        optimizer.step();
      }
    }
    return Tensor.cat(model.parameters().stream().map(p -> p.detach().copy().view(-1)).toList(), 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void ranksTogetherLearnWhatOneRankLearnsFromTheWholeBatch(int ranks) {
    float[] alone = single().build().launchAndReturn(f -> trained(f, 64).toFloatArray());
    var all = new ConcurrentLinkedQueue<float[]>();
    threads(ranks).build().launch(f -> all.add(trained(f, 64 / ranks).toFloatArray()));
    assertThat(all).hasSize(ranks);
    for (float[] each : all) {
      assertThat(each).isEqualTo(all.peek());
      for (int i = 0; i < each.length; i++) {
        assertThat(each[i]).isCloseTo(alone[i], within(1e-5f));
      }
    }
  }

  record Metrics(Tensor loss, List<Tensor> parts, String name) {}

  @Test
  void collectivesKeepTheStructureOfValues() {
    threads(3)
        .build()
        .launch(
            fabric -> {
              int rank = fabric.globalRank();
              var metrics =
                  new Metrics(Tensor.scalar(rank), List.of(Tensor.full(rank, 2)), "r" + rank);
              Metrics mean = fabric.allReduce(metrics, ReduceOp.MEAN);
              assertThat(mean.loss().item()).isEqualTo(1);
              assertThat(mean.parts().getFirst().toFloatArray()).containsExactly(1, 1);
              assertThat(mean.name()).isEqualTo("r" + rank);
              Tensor gathered = fabric.allGather(Tensor.of(1f * rank, 10f * rank));
              assertThat(gathered.toFloatArray()).containsExactly(0, 0, 1, 10, 2, 20);
              Metrics first =
                  fabric.broadcast(new Metrics(Tensor.scalar(rank), List.of(), "r" + rank), 2);
              assertThat(first.name()).isEqualTo("r2");
              assertThat(first.loss().item()).isEqualTo(2);
            });
  }

  @Test
  void rankZeroRunsBeforeTheOthers() {
    var order = new ConcurrentLinkedQueue<Integer>();
    threads(3)
        .build()
        .launch(
            fabric -> {
              try (var _ = fabric.rankZeroFirst()) {
                order.add(fabric.globalRank());
              }
            });
    assertThat(order).startsWith(0).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void aRankThatThrowsIsNamed() {
    assertThatThrownBy(
            () ->
                threads(2)
                    .build()
                    .launch(
                        fabric -> {
                          if (fabric.globalRank() == 1) {
                            throw new IllegalStateException("no more paper");
                          }
                          fabric.barrier();
                        }))
        .isInstanceOf(RankFailedException.class)
        .hasMessageContaining("rank 1")
        .hasMessageContaining("no more paper");
  }

  @Test
  void ranksMustBeLaunchedFirst() {
    Fabric fabric = threads(2).build();
    assertThatThrownBy(() -> fabric.setup(model()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setup: strategy 'ddp_spawn' has 2 ranks")
        .hasMessageContaining("fabric.launch");
  }

  @Test
  void anObjectIsSetUpOnce() {
    Fabric fabric = single().build();
    var model = fabric.setup(model());
    assertThat(Fabric.isSetup(model)).isTrue();
    assertThatThrownBy(() -> fabric.setup(model)).hasMessageContaining("set up already");
    assertThatThrownBy(() -> fabric.noBackwardSync(model())).hasMessageContaining("was not set up");
  }

  @Test
  void mixedPrecisionComputesInBfloat16AndReturnsFloat32() {
    Fabric fabric = single().precision("bf16-mixed").build();
    var model = model();
    var optimizer = new SGD(model.parameters(), 0.1);
    fabric.setup(model, optimizer);
    var seen = new ConcurrentLinkedQueue<DType>();
    var _ =
        model
            .children()
            .getFirst()
            .registerForwardHook(
                (_, _, output) -> {
                  seen.add(((Tensor) output).dtype());
                  return output;
                });
    Tensor output = model.apply(Tensor.ones(2, 4));
    assertThat(seen).containsExactly(DType.BFLOAT16);
    assertThat(output.dtype()).isEqualTo(DType.FLOAT32);
    assertThatThrownBy(() -> output.sum().backward())
        .hasMessageContaining("call fabric.backward(loss)");
    fabric.backward(model.apply(Tensor.ones(2, 4)).sum());
    assertThat(model.parameters())
        .allSatisfy(p -> assertThat(p.grad().orElseThrow().dtype()).isEqualTo(DType.FLOAT32));
  }

  /** A model with a second entry beside forward. */
  static final class Twofold extends dev.weft.nn.Module<Tensor, Tensor> {
    final Linear layer = new Linear(4, 2);

    @Override
    protected Tensor forward(Tensor x) {
      return layer.apply(x);
    }

    Tensor twice(Tensor x) {
      return layer.apply(x).mul(2);
    }
  }

  @Test
  void detoursAroundAModelsCallAreRefused() {
    Fabric fabric = single().precision("bf16-true").build();
    var model = fabric.setup(new Twofold());
    Tensor x = Tensor.ones(1, 4);
    assertThatThrownBy(() -> model.twice(x))
        .hasMessageContaining("'layer' of Twofold")
        .hasMessageContaining("fabric.forward(model");
    Tensor twice = fabric.forward(model, m -> m.twice(x.to(DType.BFLOAT16)));
    assertThat(twice.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(model.apply(x).mul(2).equal(twice)).isTrue();
  }

  @Test
  void modulesMadeInInitModuleHaveThePrecisionsDtype() {
    Fabric fabric = single().precision("bf16-true").build();
    try (var _ = fabric.initModule()) {
      assertThat(new Linear(2, 2).weight.dtype()).isEqualTo(DType.BFLOAT16);
    }
    assertThat(new Linear(2, 2).weight.dtype()).isEqualTo(DType.FLOAT32);
  }

  /** Counts what Fabric calls. */
  public static final class Recorder implements Callback {
    final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();

    @Override
    public void onAfterSetup(Fabric fabric, dev.weft.nn.Module<?, ?> module) {
      calls.add("setup " + module.getClass().getSimpleName());
    }

    @Override
    public void onAfterOptimizerStep(
        dev.weft.fabric.strategy.Strategy strategy, dev.weft.optim.Optimizer optimizer) {
      calls.add("step");
    }

    public void onEpochEnd(int epoch) {
      calls.add("epoch " + epoch);
    }
  }

  @Test
  void callbacksAreCalledByName() {
    var recorder = new Recorder();
    Fabric fabric = single().callbacks(recorder, "no such method").build();
    var model = new Linear(2, 1);
    var optimizer = new SGD(model.parameters(), 0.1);
    fabric.setup(model, optimizer);
    fabric.backward(model.apply(Tensor.ones(1, 2)).sum());
    optimizer.step();
    fabric.call("onEpochEnd", 7, "more than it takes");
    fabric.call("onNothing");
    assertThat(recorder.calls).containsExactly("setup Linear", "step", "epoch 7");
    assertThatThrownBy(() -> fabric.call("onEpochEnd", "seven"))
        .hasMessageContaining("onEpochEnd(int)");
  }

  @Test
  void tensorsOfOneElementAreLoggedAsNumbers() {
    var logged = new ConcurrentLinkedQueue<Map<String, ?>>();
    Fabric fabric = single().loggers(new Remembering(logged)).build();
    fabric.log("loss", Tensor.scalar(0.5));
    fabric.logDict(Map.of("right", Tensor.of(3L)), 4);
    assertThat(logged).containsExactly(Map.of("loss", 0.5), Map.of("right", 3L));
    assertThatThrownBy(() -> fabric.log("loss", Tensor.ones(2)))
        .hasMessageContaining("is no single number");
  }

  private record Remembering(ConcurrentLinkedQueue<Map<String, ?>> logged)
      implements dev.weft.fabric.logger.Logger {
    @Override
    public String name() {
      return "remembering";
    }

    @Override
    public String version() {
      return "0";
    }

    @Override
    public void logMetrics(Map<String, ?> metrics, java.util.OptionalLong step) {
      logged.add(metrics);
    }

    @Override
    public void logHyperparams(Map<String, ?> params) {}
  }

  @Test
  void evaluationNeedsNoOtherRank() {
    threads(2)
        .build()
        .launch(
            fabric -> {
              var model = fabric.setup(model());
              if (fabric.isGlobalZero()) {
                model.eval();
                try (var _ = Autograd.noGrad()) {
                  assertThat(model.apply(Tensor.ones(2, 4)).shape().sizes()).containsExactly(2, 3);
                }
              }
            });
  }

  @Test
  void gatheredTensorsGiveGradientsBackToTheirRanks() {
    threads(3)
        .build()
        .launch(
            fabric -> {
              int rank = fabric.globalRank();
              Tensor x = Tensor.of(1f + rank, 2f).requiresGrad(true);
              Tensor all = fabric.allGather(x, true);
              assertThat(all.toFloatArray()).containsExactly(1, 2, 2, 2, 3, 2);
              fabric.backward(all.square().sum().mul(rank + 1));
              // 2x, weighted by 1 + 2 + 3 on the three ranks
              assertThat(x.grad().orElseThrow().toFloatArray())
                  .containsExactly(12f * (1 + rank), 24);
              assertThat(fabric.allGather(x).requiresGrad()).isFalse();
            });
  }

  @Test
  void numbersAreNotSentByCollectives() {
    Fabric fabric = single().build();
    assertThatThrownBy(() -> fabric.allReduce(0.5)).hasMessageContaining("pass Tensor.of(0.5)");
    assertThatThrownBy(() -> fabric.allGather(Map.of("loss", 3)))
        .hasMessageContaining("allGather: 3 is a number");
    assertThat(fabric.allReduce("text")).isEqualTo("text");
  }

  @Test
  void modulesOfACheckpointNeedNoFirstValues() {
    Fabric fabric = single().precision("bf16-true").build();
    fabric.seedEverything(1);
    long before = dev.weft.engine.Context.current().generator().offset();
    try (var _ = fabric.initModule(true)) {
      var model = model();
      assertThat(model.parameters()).allMatch(p -> p.dtype() == DType.BFLOAT16);
    }
    assertThat(dev.weft.engine.Context.current().generator().offset()).isEqualTo(before);
    try (var _ = fabric.initModule()) {
      var model = new Linear(4, 8);
      assertThat(model.weight.dtype()).isEqualTo(DType.BFLOAT16);
      assertThat(model.weight.detach().to(DType.FLOAT32).abs().max().item()).isBetween(0.1, 0.5);
    }
    assertThat(dev.weft.engine.Context.current().generator().offset()).isGreaterThan(before);
  }

  @Test
  void modulesOnMetaAreSetUpOnceTheyHaveMemory() {
    Fabric fabric = single().build();
    Linear model;
    try (var _ = dev.weft.engine.Context.current().withDefaultDevice(dev.weft.engine.Device.META)) {
      model = new Linear(4, 2);
    }
    assertThatThrownBy(() -> fabric.setupOptimizers(new SGD(model.parameters(), 0.1)))
        .hasMessageContaining("meta");
    model.toEmpty(dev.weft.engine.Device.CPU);
    model.loadStateDict(new Linear(4, 2).stateDict(), true);
    fabric.setup(model, new SGD(model.parameters(), 0.1));
    assertThat(model.apply(Tensor.ones(1, 4)).shape().toString()).isEqualTo("(1, 2)");
  }

  /** The style of a class with a method run: any RankAction can be launched. */
  private static final class Trainer implements RankAction {
    private final java.util.Set<Integer> ranks = new java.util.concurrent.ConcurrentSkipListSet<>();

    @Override
    public void run(Fabric fabric) {
      ranks.add(fabric.globalRank());
    }
  }

  @Test
  void anObjectWithAMethodRunIsLaunched() {
    var trainer = new Trainer();
    threads(3).build().launch(trainer);
    assertThat(trainer.ranks).containsExactly(0, 1, 2);
  }

  @Test
  void aModelMustBeSetUpForNoBackwardSync() {
    Fabric fabric = single().build();
    var model = model();
    assertThatThrownBy(() -> fabric.noBackwardSync(model))
        .hasMessageContaining("this Sequential was not set up");
    fabric.setup(model);
    try (var _ = fabric.noBackwardSync(model)) {
      fabric.backward(model.apply(Tensor.ones(1, 4)).sum());
    }
    assertThat(model.parameters()).allMatch(p -> p.grad().isPresent());
  }

  @Test
  void settingUpOnlyWhatIsThere() {
    Fabric fabric = single().build();
    assertThatThrownBy(fabric::setupOptimizers).hasMessageContaining("no optimizer was given");
    assertThatThrownBy(fabric::setupDataLoaders).hasMessageContaining("no loader was given");
    var model = model();
    var optimizer = new SGD(model.parameters(), 0.1);
    fabric.setup(model, optimizer);
    assertThatThrownBy(() -> fabric.setupOptimizers(optimizer))
        .hasMessageContaining("was set up already");
    assertThat(Fabric.isSetup(model)).isTrue();
    assertThat(Fabric.isSetup(optimizer)).isTrue();
    assertThat(Fabric.isSetup(new Object())).isFalse();
  }

  /** Section C.5 of the specification: the launch is needed where there are several ranks. */
  @Test
  void whatNeedsTheLaunchSaysSo() {
    Fabric fabric = threads(2).build();
    var model = model();
    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> fabric.setup(model),
            () -> fabric.setupModule(model),
            () -> fabric.setupOptimizers(new SGD(model.parameters(), 0.1)),
            () -> fabric.setupDataLoaders(),
            () -> fabric.barrier(),
            () -> fabric.broadcast(1, 0),
            () -> fabric.allGather(Tensor.of(1f)),
            () -> fabric.allReduce(Tensor.of(1f)),
            () -> fabric.initModule())) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2 ranks, which are not launched");
    }
    fabric.initTensor().close();
    fabric.autocast().close();
    assertThatThrownBy(fabric::launch).isInstanceOf(UnsupportedOperationException.class);
  }
}
