package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fabric.launch.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * 900 combinations of settings and variables, drawn at random, on a machine without GPUs: what
 * Lightning 2.6.6 makes of each, or which of several errors it reports.
 */
class ConfigurationTableTest {

  private static final Path TABLE = Path.of("src/test/resources/lightning/configurations.tsv");
  private static final Pattern SETTING = Pattern.compile("(\\w+)='([^']*)'");

  @Test
  void eachCombinationEndsAsInLightning() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> rows = Files.readAllLines(TABLE);
    for (String row : rows) {
      String[] cells = row.split("\t", -1);
      Map<String, String> variables = settings(cells[0]);
      Map<String, String> arguments = settings(cells[1]);
      String actual = outcome(variables, arguments);
      String nodes =
          variables.getOrDefault("LT_NUM_NODES", arguments.getOrDefault("num_nodes", "1"));
      // The one difference: ranks that are threads here belong to one machine.
      boolean threadsOfMachines =
          cells[2].matches("ddp (spawn|fork) .*") && Integer.parseInt(nodes.strip()) > 1;
      if (!actual.equals(threadsOfMachines ? "error strategy" : cells[2])) {
        wrong.add(row + "\n    here: " + actual);
      }
    }
    assertThat(rows).hasSize(900);
    assertThat(wrong).isEmpty();
  }

  private static Map<String, String> settings(String text) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Matcher each = SETTING.matcher(text); each.find(); ) {
      settings.put(each.group(1), each.group(2));
    }
    return settings;
  }

  private static String outcome(Map<String, String> variables, Map<String, String> settings) {
    FabricBuilder builder = Fabric.builder().environment(Environment.of(variables));
    settings.forEach(
        (name, value) -> {
          switch (name) {
            case "accelerator" -> builder.accelerator(value);
            case "strategy" -> builder.strategy(value);
            case "devices" -> builder.devices(value);
            case "num_nodes" -> builder.numNodes(Integer.parseInt(value));
            case "precision" -> builder.precision(value);
            default -> throw new AssertionError(name);
          }
        });
    try {
      Fabric fabric = builder.build();
      return kind(fabric.strategy().name())
          + " "
          + fabric.worldSize()
          + " "
          + fabric.strategy().precision().name()
          + " "
          + fabric.accelerator().name();
    } catch (ConfigurationException e) {
      return "error " + kindOfError(e.getMessage());
    }
  }

  private static String kind(String strategy) {
    return switch (strategy) {
      case "single_device" -> "single";
      case "ddp", "ddp_find_unused_parameters_true" -> "ddp popen";
      case "ddp_spawn" -> "ddp spawn";
      default -> "ddp fork";
    };
  }

  private static String kindOfError(String message) {
    String setting = message.split("[= ]")[0].replace("numNodes", "num_nodes");
    if (message.contains("is set in the program and")) {
      return "conflict " + setting;
    }
    if (message.startsWith("unknown ")) {
      return message.split(" ")[1];
    }
    if (message.contains("LT_NUM_NODES")) {
      return "num_nodes";
    }
    return message.contains("available are") ? "unavailable" : setting;
  }
}
