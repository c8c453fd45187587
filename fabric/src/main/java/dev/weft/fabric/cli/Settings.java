package dev.weft.fabric.cli;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.accelerator.Accelerators;
import dev.weft.fabric.accelerator.DeviceRequest;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.precision.Precisions;
import dev.weft.fabric.strategy.Strategies;
import dev.weft.fabric.text.Choices;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options that {@code Fabric} reads from the environment. One that is not given leaves a
 * variable of the user's alone; where there is none either, its default is set.
 */
final class Settings {

  private static final String ACCELERATOR = "--accelerator";
  private static final String STRATEGY = "--strategy";
  private static final String DEVICES = "--devices";
  private static final String NODES = "--num-nodes";
  private static final String NODE_RANK = "--node-rank";
  private static final String ADDRESS = "--main-address";
  private static final String PORT = "--main-port";
  private static final String PRECISION = "--precision";

  private static final int LAST_PORT = 65_535;

  private Settings() {}

  static List<OptionSpec> options() {
    return List.of(
        option(ACCELERATOR, "NAME", "cpu, cuda, gpu or auto; if left out the script decides"),
        option(STRATEGY, "NAME", "ddp, ddp_spawn, … or auto; if left out the script decides"),
        option(DEVICES, "N", "per machine: how many, or which (0,2), or -1 or auto; 1 if left out"),
        option(NODES, "N", "how many machines; 1 if left out"),
        option(NODE_RANK, "I", "which of them this is; 0 if left out"),
        option(ADDRESS, "HOST", "the machine of rank 0; 127.0.0.1 if left out"),
        option(PORT, "PORT", "where rank 0 waits; if left out 29400, or any for one machine"),
        option(PRECISION, "NAME", "32-true, bf16-mixed, …; if left out the script decides"));
  }

  /** Also with underscores, as Lightning's own command has it. */
  private static OptionSpec option(String name, String label, String description) {
    String other = "--" + name.substring(2).replace('-', '_');
    return (other.equals(name) ? OptionSpec.builder(name) : OptionSpec.builder(name, other))
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  /**
   * The environment of the script: {@code base} with the settings laid over it.
   *
   * @throws ConfigurationException naming the first option that cannot be used
   */
  static Environment environment(ParseResult parsed, Environment base) {
    Optional<String> accelerator = given(parsed, ACCELERATOR);
    Optional<String> precision = given(parsed, PRECISION);
    Optional<String> devices = given(parsed, DEVICES);
    Optional<String> strategy = given(parsed, STRATEGY);
    accelerator.ifPresent(Accelerators::requireKnown);
    strategy.ifPresent(Settings::requireStrategy);
    precision.ifPresent(Settings::requirePrecision);
    devices.ifPresent(DeviceRequest::of);

    Environment settings = base.copy().set("LT_CLI_USED", 1);
    accelerator.ifPresent(name -> settings.set("LT_ACCELERATOR", name));
    strategy.ifPresent(name -> settings.set("LT_STRATEGY", name));
    precision.ifPresent(name -> settings.set("LT_PRECISION", name));
    setOrDefault(settings, "LT_DEVICES", devices, "1");
    setOrDefault(settings, "LT_NUM_NODES", number(parsed, NODES, 1, Integer.MAX_VALUE), "1");

    int nodes = settings.requireInt("LT_NUM_NODES");
    Optional<String> port = number(parsed, PORT, 1, LAST_PORT);
    Optional<String> address = given(parsed, ADDRESS);
    number(parsed, NODE_RANK, 0, nodes - 1).ifPresent(rank -> settings.set("NODE_RANK", rank));
    port.ifPresent(value -> settings.set("MASTER_PORT", value));
    address.ifPresent(value -> settings.set("MASTER_ADDR", value));
    if (nodes > 1) { // a single machine takes any free port, so that two jobs get along
      setOrDefault(settings, "MASTER_ADDR", address, "127.0.0.1");
      setOrDefault(settings, "MASTER_PORT", port, "29400");
    }
    return settings;
  }

  private static Optional<String> given(ParseResult parsed, String option) {
    return Optional.ofNullable(parsed.matchedOptionValue(option, null));
  }

  private static Optional<String> number(ParseResult parsed, String option, int least, int most) {
    Optional<String> text = given(parsed, option);
    if (text.isPresent()) {
      int value = parsedInt(option, text.get());
      if (value < least || value > most) {
        throw new ConfigurationException(
            option
                + "="
                + value
                + ": it must be at least "
                + least
                + (most == Integer.MAX_VALUE ? "" : " and at most " + most));
      }
    }
    return text;
  }

  private static int parsedInt(String option, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new ConfigurationException(option + "='" + text + "' is no whole number", e);
    }
  }

  private static void setOrDefault(
      Environment settings, String variable, Optional<String> given, String otherwise) {
    given
        .or(() -> settings.has(variable) ? Optional.empty() : Optional.of(otherwise))
        .ifPresent(value -> settings.set(variable, value));
  }

  /** Lightning's {@code dp} has no entry of its own; {@code Fabric} says what becomes of it. */
  private static void requireStrategy(String name) {
    if (!name.equalsIgnoreCase("dp")) {
      Strategies.requireKnown(name);
    }
  }

  private static void requirePrecision(String name) {
    if (!Precisions.allowed().contains(name)) {
      throw new ConfigurationException(Choices.unknown("precision", name, Precisions.allowed()));
    }
  }
}
