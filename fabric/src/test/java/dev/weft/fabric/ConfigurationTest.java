package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.precision.MixedPrecision;
import dev.weft.fabric.strategy.DdpOptions;
import dev.weft.fabric.strategy.SingleDeviceStrategy;
import dev.weft.fabric.strategy.Strategies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What settings become, and which are refused: sections A.1 to A.3 of the specification. */
class ConfigurationTest {

  private static FabricBuilder under(Map<String, String> variables) {
    return Fabric.builder().environment(Environment.of(variables));
  }

  private record Refused(
      String name,
      Map<String, String> variables,
      UnaryOperator<FabricBuilder> settings,
      String... words) {}

  @TestFactory
  Stream<DynamicTest> whatCannotBeUsedIsRefusedByName() {
    Map<String, String> none = Map.of();
    Map<String, String> cli = Map.of("LT_CLI_USED", "1");
    return Stream.of(
            new Refused(
                "precision",
                none,
                b -> b.precision("bf16_mixed"),
                "unknown precision 'bf16_mixed'",
                "did you mean 'bf16-mixed'",
                "64-true"),
            new Refused(
                "precision in capitals",
                none,
                b -> b.precision("BF16-mixed"),
                "unknown precision 'BF16-mixed'",
                "bf16-mixed"),
            new Refused("precision of 12 bits", none, b -> b.precision(12), "'12'"),
            new Refused(
                "precision of another library",
                none,
                b -> b.precision("transformer-engine"),
                "TransformerEngine"),
            new Refused(
                "strategy",
                none,
                b -> b.strategy("ddpp"),
                "unknown strategy 'ddpp'",
                "did you mean 'ddp'",
                "ddp_spawn"),
            new Refused(
                "strategy of another library",
                none,
                b -> b.strategy("deepspeed_stage_2"),
                "deepspeed_stage_2",
                "DeepSpeed"),
            new Refused("strategy to come", none, b -> b.strategy("FSDP"), "fsdp", "ddp"),
            new Refused(
                "accelerator",
                none,
                b -> b.accelerator("cup"),
                "unknown accelerator 'cup'",
                "did you mean 'cpu'"),
            new Refused("accelerator of Apple", none, b -> b.accelerator("mps"), "mps", "Apple"),
            new Refused(
                "no devices",
                none,
                b -> b.accelerator("cpu").devices(0),
                "devices=0",
                "'cpu'",
                "at least one"),
            new Refused(
                "no devices as text", none, b -> b.accelerator("cpu").devices("0"), "devices=0"),
            new Refused(
                "an empty list of devices",
                none,
                b -> b.accelerator("cpu").devices(List.of()),
                "devices=[]"),
            new Refused(
                "fewer than no devices",
                none,
                b -> b.accelerator("cpu").devices(-1),
                "devices=-1",
                "cpu"),
            new Refused(
                "CPUs by number",
                none,
                b -> b.accelerator("cpu").devices(List.of(0, 1)),
                "devices=[0,1]",
                "cpu"),
            new Refused("devices in words", Map.of("LT_DEVICES", "two"), b -> b, "devices='two'"),
            new Refused("no nodes", none, b -> b.numNodes(0), "numNodes=0"),
            new Refused(
                "nodes in words", Map.of("LT_NUM_NODES", "two"), b -> b, "LT_NUM_NODES='two'"),
            new Refused(
                "two precisions",
                none,
                b -> b.precision("bf16-mixed").plugin(MixedPrecision.bfloat16()),
                "precision 'bf16-mixed' and the plugin"),
            new Refused(
                "a kind of plugin twice",
                none,
                b -> b.plugin(MixedPrecision.bfloat16()).plugin(MixedPrecision.float16()),
                "more than one Precision"),
            new Refused(
                "one rank for two devices",
                none,
                b -> b.accelerator("cpu").devices(2).strategy(SingleDeviceStrategy.factory()),
                "single_device",
                "devices=2"),
            new Refused(
                "threads over machines",
                none,
                b -> b.accelerator("cpu").numNodes(2).strategy("ddp_spawn"),
                "ddp_spawn",
                "threads"),
            new Refused("a time that is none", none, b -> b.timeout(Duration.ZERO), "timeout=PT0S"),
            new Refused(
                "the command line against the program",
                Map.of("LT_CLI_USED", "1", "LT_DEVICES", "2"),
                b -> b.devices(4),
                "devices='4'",
                "'2' on the command line"),
            new Refused(
                "strategy against the program",
                Map.of("LT_CLI_USED", "1", "LT_STRATEGY", "ddp"),
                b -> b.strategy("ddp_spawn"),
                "strategy='ddp_spawn'",
                "'ddp'"),
            new Refused(
                "precision against the program",
                Map.of("LT_CLI_USED", "1", "LT_PRECISION", "64-true"),
                b -> b.precision("32-true"),
                "precision='32-true'",
                "'64-true'"),
            new Refused("an error under the command line", cli, b -> b.strategy("dpd"), "'dpd'"))
        .map(
            refused ->
                DynamicTest.dynamicTest(
                    refused.name(),
                    () ->
                        assertThatThrownBy(
                                () -> refused.settings().apply(under(refused.variables())).build())
                            .isInstanceOf(ConfigurationException.class)
                            .message()
                            .contains(refused.words())));
  }

  @Test
  void nothingSetMeansOneRankInFullPrecision() {
    Fabric fabric = under(Map.of()).accelerator("cpu").build();
    assertThat(fabric.strategy().name()).isEqualTo("single_device");
    assertThat(fabric.strategy().precision().name()).isEqualTo("32-true");
    assertThat(fabric.worldSize()).isEqualTo(1);
    assertThat(fabric.isGlobalZero()).isTrue();
    assertThat(fabric.loggers()).isEmpty();
    assertThatThrownBy(fabric::logger).hasMessageContaining("no logger was given");
  }

  @Test
  void severalDevicesMeanDdp() {
    Fabric fabric = under(Map.of()).accelerator("cpu").devices(3).build();
    assertThat(fabric.strategy().name()).isEqualTo("ddp");
    assertThat(fabric.worldSize()).isEqualTo(3);
  }

  @Test
  void theEnvironmentWinsOverTheProgramAlsoWithoutTheCommandLine() {
    Fabric fabric =
        under(Map.of("LT_DEVICES", "2", "LT_STRATEGY", "DDP_Spawn", "LT_PRECISION", "64"))
            .accelerator("cpu")
            .devices(4)
            .precision("bf16-mixed")
            .build();
    assertThat(fabric.strategy().name()).isEqualTo("ddp_spawn");
    assertThat(fabric.worldSize()).isEqualTo(2);
    assertThat(fabric.strategy().precision().name()).isEqualTo("64-true");
  }

  @Test
  void underTheCommandLineEqualSettingsAgree() {
    Fabric fabric =
        under(Map.of("LT_CLI_USED", "1", "LT_DEVICES", "2", "LT_STRATEGY", "ddp"))
            .accelerator("cpu")
            .devices(2)
            .build();
    assertThat(fabric.worldSize()).isEqualTo(2);
  }

  @Test
  void oldNamesOfPrecisionsStandForNewOnes() {
    for (var names : Map.of("64", "64-true", "32", "32-true", "bf16", "bf16-mixed").entrySet()) {
      Fabric fabric = under(Map.of()).accelerator("cpu").precision(names.getKey()).build();
      assertThat(fabric.strategy().precision().name()).isEqualTo(names.getValue());
    }
  }

  @Test
  void float16MixedBecomesBfloat16OnTheCpu() {
    Fabric fabric = under(Map.of()).accelerator("cpu").precision("16-mixed").build();
    assertThat(fabric.strategy().precision().name()).isEqualTo("bf16-mixed");
  }

  @Test
  void ddpStandsInForDpOnTheCpu() {
    assertThat(
            under(Map.of()).accelerator("cpu").devices(2).strategy("dp").build().strategy().name())
        .isEqualTo("ddp");
  }

  @Test
  void ranksStartedByTorchrunFindTheirPlace() {
    Fabric fabric =
        under(
                Map.of(
                    "TORCHELASTIC_RUN_ID",
                    "1",
                    "RANK",
                    "3",
                    "LOCAL_RANK",
                    "1",
                    "WORLD_SIZE",
                    "4",
                    "LOCAL_WORLD_SIZE",
                    "2",
                    "GROUP_RANK",
                    "1",
                    "MASTER_ADDR",
                    "10.0.0.1",
                    "MASTER_PORT",
                    "29500"))
            .accelerator("cpu")
            .devices(2)
            .numNodes(2)
            .strategy("ddp")
            .build();
    assertThat(fabric.globalRank()).isEqualTo(3);
    assertThat(fabric.localRank()).isEqualTo(1);
    assertThat(fabric.nodeRank()).isEqualTo(1);
    assertThat(fabric.worldSize()).isEqualTo(4);
  }

  @Test
  void strategiesOfTheUserHaveNames() {
    record Named(DdpOptions ddp, String name) implements dev.weft.fabric.strategy.StrategyFactory {
      @Override
      public dev.weft.fabric.launch.RankStart start() {
        return ddp.start();
      }

      @Override
      public dev.weft.fabric.strategy.Strategy create(dev.weft.fabric.strategy.Seat seat) {
        return ddp.create(seat);
      }
    }
    Strategies.register(new Named(DdpOptions.threads(), "of_the_user"));
    try {
      assertThat(Strategies.available()).contains("of_the_user");
      Fabric fabric = under(Map.of()).accelerator("cpu").devices(2).strategy("of_the_user").build();
      assertThat(fabric.worldSize()).isEqualTo(2);
      assertThatThrownBy(() -> Strategies.register(new Named(DdpOptions.threads(), "ddp")))
          .hasMessageContaining("'ddp': this name is taken");
    } finally {
      assertThat(Strategies.remove("of_the_user")).isTrue();
    }
  }
}
