package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.launch.Environment;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SettingsTest {

  @Test
  void defaultsAreThoseOfLightning() {
    assertThat(variables(Map.of()))
        .isEqualTo(Map.of("LT_CLI_USED", "1", "LT_DEVICES", "1", "LT_NUM_NODES", "1"));
  }

  @Test
  void severalMachinesMeetAtAKnownPlace() {
    assertThat(variables(Map.of(), "--num-nodes=2", "--node_rank=1"))
        .containsEntry("LT_NUM_NODES", "2")
        .containsEntry("NODE_RANK", "1")
        .containsEntry("MASTER_ADDR", "127.0.0.1")
        .containsEntry("MASTER_PORT", "29400");
  }

  @Test
  void anOptionBeatsAVariableAndAVariableADefault() {
    var user =
        Map.of("LT_DEVICES", "4", "LT_NUM_NODES", "2", "MASTER_PORT", "77", "LT_STRATEGY", "ddp");

    assertThat(variables(user, "--devices=-1", "--main_address", "host"))
        .containsEntry("LT_DEVICES", "-1")
        .containsEntry("LT_NUM_NODES", "2")
        .containsEntry("LT_STRATEGY", "ddp")
        .containsEntry("MASTER_PORT", "77")
        .containsEntry("MASTER_ADDR", "host");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--accelerator=gpus; unknown accelerator 'gpus'; did you mean 'gpu'? Allowed: cuda, cpu,"
            + " auto, gpu",
        "--strategy=ddpp; unknown strategy 'ddpp'; did you mean 'ddp'? Allowed: auto, ddp,"
            + " ddp_spawn",
        "--strategy=fsdp; strategy 'fsdp': models cannot be split over ranks yet",
        "--precision=fp8; unknown precision 'fp8'; allowed: transformer-engine",
        "--devices=two; devices='two' is no number of devices",
        "--num-nodes=0; --num-nodes=0: it must be at least 1",
        "--num-nodes=x; --num-nodes='x' is no whole number",
        "--node-rank=1; --node-rank=1: it must be at least 0 and at most 0",
        "--main-port=70000; --main-port=70000: it must be at least 1 and at most 65535"
      })
  void namesWhatCannotBeUsed(String option, String message) {
    assertThatThrownBy(() -> variables(Map.of(), option))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(message);
  }

  private static Map<String, String> variables(Map<String, String> user, String... options) {
    var parsed = new CommandLine(RunCommand.spec());
    String[] arguments = java.util.Arrays.copyOf(options, options.length + 1);
    arguments[options.length] = "Script.java";
    var variables = new TreeMap<String, String>();
    Settings.environment(parsed.parseArgs(arguments), Environment.of(user)).applyTo(variables);
    return variables;
  }
}
