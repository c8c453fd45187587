package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Device;
import dev.weft.fabric.accelerator.Accelerator;
import dev.weft.fabric.accelerator.Accelerators;
import dev.weft.fabric.accelerator.DeviceRequest;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.precision.Precisions;
import dev.weft.fabric.strategy.Strategies;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Settings on a machine without GPUs: what Lightning 2.6.6 makes of each is what we make of it, and
 * what it refuses is refused, with the allowed values and the nearest.
 */
class ConfigurationAsInLightningTest {

  private static FabricBuilder under(String variables) {
    var map = new HashMap<String, String>();
    if (!variables.isEmpty()) {
      Arrays.stream(variables.split(" "))
          .map(pair -> pair.split("=", -1))
          .forEach(pair -> map.put(pair[0], pair[1]));
    }
    return Fabric.builder().environment(Environment.of(map));
  }

  private static String resolved(FabricBuilder builder) {
    Fabric fabric = builder.build();
    return fabric.strategy().name()
        + " "
        + fabric.worldSize()
        + " "
        + fabric.strategy().precision().name()
        + " "
        + fabric.device();
  }

  // ------------------------------------------------------------------------- precision

  @ParameterizedTest
  @CsvSource({
    "64, 64-true",
    "32, 32-true",
    "16, bf16-mixed",
    "bf16, bf16-mixed",
    "64-true, 64-true",
    "32-true, 32-true",
    "16-true, 16-true",
    "bf16-true, bf16-true",
    "16-mixed, bf16-mixed",
    "bf16-mixed, bf16-mixed"
  })
  void precisionsOnACpu(String given, String name) {
    assertThat(resolved(under("").accelerator("cpu").devices(1).precision(given)))
        .isEqualTo("single_device 1 " + name + " cpu");
    assertThat(resolved(under("LT_PRECISION=" + given).accelerator("cpu").devices(1)))
        .isEqualTo("single_device 1 " + name + " cpu");
  }

  @ParameterizedTest
  @CsvSource({
    "bf16_mixed, bf16-mixed",
    "BF16-mixed, bf16-mixed",
    "' 32-true', 32-true",
    "32true, 32-true",
    "64-ture, 64-true",
    "16-mix, ",
    "fp16, ",
    "8, ",
    "'', ",
    "int8, "
  })
  void unknownPrecisionsListAllAndNameTheNearest(String given, String nearest) {
    var thrown =
        assertThatThrownBy(() -> under("").precision(given).build())
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("unknown precision '" + given + "'")
            .hasMessageContaining(String.join(", ", Precisions.allowed()));
    if (nearest != null) {
      thrown.hasMessageContaining("did you mean '" + nearest + "'?");
    }
  }

  // ------------------------------------------------------------------------- devices

  @ParameterizedTest
  @CsvSource({"1, single_device 1", "2, ddp 2", "7, ddp 7", "auto, single_device 1"})
  void devicesOfACpu(String given, String expected) {
    String all = expected + " 32-true cpu";
    assertThat(resolved(under("").accelerator("cpu").devices(given))).isEqualTo(all);
    assertThat(resolved(under("").devices(given))).isEqualTo(all);
    assertThat(resolved(under("LT_DEVICES=" + given).accelerator("cpu"))).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "-2", "0,1", "0,", "a", "1.5", "", "2 3", "1,b", "auto2"})
  void devicesThatACpuDoesNotHave(String given) {
    assertThatThrownBy(() -> under("").accelerator("cpu").devices(given).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("devices=");
    assertThatThrownBy(() -> under("LT_DEVICES=" + given.replace(" ", "_")).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("devices=");
  }

  // ------------------------------------------------------------------------- accelerators

  @Test
  void acceleratorsThatAreNotThereAreRefusedWithThoseThatAre() {
    for (String absent : List.of("cuda", "gpu", "mps", "tpu")) {
      assertThatThrownBy(() -> under("").accelerator(absent).devices(1).build())
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("available are cpu");
    }
  }

  @ParameterizedTest
  @CsvSource({"CPU, cpu", "cup, cpu", "cudaa, cuda", "gpus, gpu", "AUTO, auto", "xla, ", "'', "})
  void unknownAcceleratorsListAllAndNameTheNearest(String given, String nearest) {
    var thrown =
        assertThatThrownBy(() -> under("").accelerator(given).devices(1).build())
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("unknown accelerator '" + given + "'")
            .hasMessageContaining("cuda, cpu, auto, gpu");
    if (nearest != null) {
      thrown.hasMessageContaining("did you mean '" + nearest + "'?");
    }
  }

  private record Custom(String name, boolean isAvailable) implements Accelerator {
    @Override
    public int autoDeviceCount() {
      return 3;
    }

    @Override
    public List<Device> devices(DeviceRequest devices) {
      return List.of(Device.CPU, Device.CPU, Device.CPU);
    }
  }

  @Test
  void acceleratorsOfTheUserHaveNames() {
    Accelerators.register(new Custom("npu", true));
    Accelerators.register(new Custom("broken", false));
    try {
      assertThat(Accelerators.names()).contains("npu", "broken", "cuda", "cpu");
      assertThat(resolved(under("").accelerator("npu"))).isEqualTo("ddp 3 32-true cpu");
      assertThat(resolved(under("LT_ACCELERATOR=npu"))).isEqualTo("ddp 3 32-true cpu");
      assertThatThrownBy(() -> under("").accelerator("broken").build())
          .hasMessageContaining("'broken' is not available on this machine");
      for (String taken : List.of("npu", "cpu", "cuda", "auto", "gpu", "tpu")) {
        assertThatThrownBy(() -> Accelerators.register(new Custom(taken, true)))
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("'" + taken + "': this name is taken");
      }
    } finally {
      assertThat(Accelerators.remove("npu")).isTrue();
      assertThat(Accelerators.remove("broken")).isTrue();
    }
    assertThatThrownBy(() -> under("").accelerator("npu").build()).hasMessageContaining("unknown");
  }

  // ------------------------------------------------------------------------- strategies

  @ParameterizedTest
  @CsvSource({
    "auto, 1, single_device",
    "auto, 2, ddp",
    "AUTO, 2, ddp",
    "ddp, 1, ddp",
    "ddp, 2, ddp",
    "DDP, 2, ddp",
    "ddp_spawn, 2, ddp_spawn",
    "DDP_Spawn, 1, ddp_spawn",
    "ddp_fork, 2, ddp_fork",
    "ddp_notebook, 2, ddp_notebook",
    "ddp_find_unused_parameters_true, 2, ddp_find_unused_parameters_true",
    "dp, 1, ddp",
    "dp, 2, ddp",
    "DP, 2, ddp"
  })
  void strategiesOnACpu(String given, int devices, String name) {
    String expected = name + " " + devices + " 32-true cpu";
    assertThat(resolved(under("").accelerator("cpu").devices(devices).strategy(given)))
        .isEqualTo(expected);
    assertThat(resolved(under("LT_STRATEGY=" + given).accelerator("cpu").devices(devices)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fsdp",
        "fsdp_cpu_offload",
        "FSDP",
        "deepspeed",
        "deepspeed_stage_1",
        "deepspeed_stage_1_offload",
        "deepspeed_stage_2",
        "deepspeed_stage_2_offload",
        "deepspeed_stage_3",
        "deepspeed_stage_3_offload",
        "deepspeed_stage_3_offload_nvme",
        "xla",
        "xla_fsdp",
        "single_xla",
        "single_tpu"
      })
  void strategiesToComeAreRefusedWithTheReason(String given) {
    assertThatThrownBy(() -> under("").accelerator("cpu").devices(2).strategy(given).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("strategy '" + given.toLowerCase(java.util.Locale.ROOT) + "': ")
        .hasMessageContaining("Available: ddp, ddp_spawn, ddp_fork, ddp_notebook");
  }

  @ParameterizedTest
  @CsvSource({
    "ddpp, ddp",
    "dpd, ddp",
    "ddp-spawn, ddp_spawn",
    "ddp_sapwn, ddp_spawn",
    "ddp_notebok, ddp_notebook",
    "atuo, auto",
    "horovod, ",
    "'', "
  })
  void unknownStrategiesListAllAndNameTheNearest(String given, String nearest) {
    var thrown =
        assertThatThrownBy(() -> under("").strategy(given).build())
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("unknown strategy '" + given + "'")
            .hasMessageContaining(String.join(", ", Strategies.available()));
    if (nearest != null) {
      thrown.hasMessageContaining("did you mean '" + nearest + "'?");
    }
  }

  // ------------------------------------------------------------------------- nodes

  @Test
  void severalNodesMeanDdp() {
    assertThat(resolved(under("").accelerator("cpu").devices(1).numNodes(2)))
        .isEqualTo("ddp 2 32-true cpu");
    assertThat(resolved(under("LT_NUM_NODES=3").accelerator("cpu").devices(2)))
        .isEqualTo("ddp 6 32-true cpu");
    for (int wrong : new int[] {0, -1}) {
      assertThatThrownBy(() -> under("").numNodes(wrong).build())
          .hasMessage("numNodes=" + wrong + " must be 1 or more");
    }
    for (String wrong : List.of("x", "", "1.5")) {
      assertThatThrownBy(() -> under("LT_NUM_NODES=" + wrong).build())
          .hasMessageContaining("LT_NUM_NODES='" + wrong + "'");
    }
    assertThatThrownBy(() -> under("LT_NUM_NODES=0").build()).hasMessageContaining("numNodes=0");
  }

  // ------------------------------------------------------------------------- the environment

  /** Under the command line a variable and the program may not contradict each other. */
  @ParameterizedTest
  @CsvSource({
    "LT_DEVICES=2, devices, 4",
    "LT_STRATEGY=ddp, strategy, ddp_spawn",
    "LT_ACCELERATOR=cpu, accelerator, cuda",
    "LT_PRECISION=32-true, precision, 64-true",
    "LT_NUM_NODES=1, numNodes, 2"
  })
  void conflictsAreErrorsUnderTheCommandLineAlone(String variable, String setting, String value) {
    String override = variable.substring(variable.indexOf('=') + 1);
    assertThatThrownBy(() -> with(under("LT_CLI_USED=1 " + variable), setting, value).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(setting + "='" + value + "' is set in the program")
        .hasMessageContaining("'" + override + "' on the command line");
    for (String cli : List.of("", "LT_CLI_USED=0 ")) {
      with(under(cli + variable), setting, value).build();
    }
    with(under("LT_CLI_USED=1 " + variable), setting, override).build();
    under("LT_CLI_USED=1 " + variable).build();
  }

  private static FabricBuilder with(FabricBuilder builder, String setting, String value) {
    return switch (setting) {
      case "devices" -> builder.devices(value);
      case "strategy" -> builder.strategy(value);
      case "accelerator" -> builder.accelerator(value);
      case "precision" -> builder.precision(value);
      default -> builder.numNodes(Integer.parseInt(value));
    };
  }

  /** What equals the default counts as not set, as in Lightning. */
  @Test
  void aDefaultThatIsWrittenOutIsNoConflict() {
    assertThat(
            resolved(
                under(
                        "LT_CLI_USED=1 LT_DEVICES=2 LT_STRATEGY=ddp LT_NUM_NODES=2"
                            + " LT_ACCELERATOR=cpu")
                    .devices("auto")
                    .strategy("auto")
                    .numNodes(1)
                    .accelerator("auto")))
        .isEqualTo("ddp 4 32-true cpu");
  }

  @Test
  void theFirstErrorWins() {
    record Case(FabricBuilder builder, String first) {}
    for (Case each :
        List.of(
            new Case(under("").strategy("x1").accelerator("x2").precision("x3"), "strategy 'x1'"),
            new Case(under("").accelerator("x2").precision("x3").devices(0), "accelerator 'x2'"),
            new Case(under("").precision("x3").numNodes(0).devices(0), "precision 'x3'"),
            new Case(under("").numNodes(0).devices(0), "numNodes=0"),
            new Case(under("LT_NUM_NODES=x").strategy("x1"), "LT_NUM_NODES"))) {
      assertThatThrownBy(each.builder()::build).hasMessageContaining(each.first());
    }
  }

  @Test
  void loggersAndCallbacksKeepTheirOrder() {
    var first = new Object();
    var second = new Object();
    Fabric fabric = under("").accelerator("cpu").callbacks(first, second).build();
    assertThat(fabric.callbacks()).startsWith(first, second);
    assertThat(Optional.of(fabric.loggers())).hasValue(List.of());
  }
}
