package dev.weft.fabric.cli;

import dev.weft.fabric.text.Choices;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code fabric} and its commands. Usage errors are one line on standard error and exit code 2.
 *
 * <p>Commands are declared by calls, not by annotations: that takes 0.2 s of processor time off
 * every start, which is half of what picocli costs.
 */
final class FabricCommand {

  private static final String JSHELL = "jshell";

  private FabricCommand() {}

  static int run(String[] arguments) {
    var command = new CommandLine(spec());
    // Arguments are taken as they are: no files of arguments and no clusters of letters.
    command.setExpandAtFiles(false);
    command.setPosixClusteredShortOptionsAllowed(false);
    command
        .getSubcommands()
        .values()
        .forEach(each -> each.setUnmatchedOptionsArePositionalParams(true));
    try {
      ParseResult parsed = command.parseArgs(arguments);
      if (CommandLine.executeHelpRequest(parsed) != null) {
        return 0;
      }
      if (!parsed.hasSubcommand()) {
        command.usage(System.out);
        return 0;
      }
      return run(parsed.subcommand(), arguments.length);
    } catch (ParameterException problem) {
      System.err.println("fabric: " + message(problem) + " (see " + help(problem) + ")");
      return Failures.USAGE;
    }
  }

  private static int run(ParseResult parsed, int given) {
    String name = parsed.commandSpec().name();
    return switch (name) {
      case RunCommand.NAME -> RunCommand.run(parsed, given);
      case JSHELL ->
          refusal(
              "jshell is opened by bin/fabric, not from here; the command is: jshell --module-path "
                  + Fingerprint.modulePath()
                  + " --add-modules dev.weft.fabric");
      case ConsolidateCommand.NAME -> ConsolidateCommand.run(parsed);
      default -> throw new IllegalStateException(name);
    };
  }

  private static int refusal(String message) {
    System.err.println("fabric: " + message);
    return Failures.USAGE;
  }

  // ------------------------------------------------------------------------- declarations

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("fabric").version("fabric " + version());
    spec.addOption(helpOption())
        .addOption(
            OptionSpec.builder("--version")
                .versionHelp(true)
                .description("says which it is")
                .build())
        .addSubcommand(RunCommand.NAME, RunCommand.spec())
        .addSubcommand(JSHELL, other("Opens jshell with Weft imported; options of jshell follow."))
        .addSubcommand(ConsolidateCommand.NAME, ConsolidateCommand.spec());
    spec.usageMessage()
        .description("Runs training scripts with Weft Fabric.")
        .synopsisSubcommandLabel("COMMAND")
        .commandListHeading("%nCommands:%n")
        .footer(
            "",
            "fabric run Train.java --devices=2 --precision=bf16-mixed -- arguments of the script",
            "fabric run --help explains the options.");
    return spec;
  }

  private static CommandSpec other(String description) {
    CommandSpec spec = CommandSpec.create();
    spec.addOption(helpOption())
        .addPositional(
            PositionalParamSpec.builder()
                .paramLabel("ARGUMENT")
                .arity("0..*")
                .type(String[].class)
                .build());
    spec.usageMessage().description(description);
    return spec;
  }

  static OptionSpec helpOption() {
    return OptionSpec.builder("--help").usageHelp(true).description("shows this text").build();
  }

  /** As the jar says it; classes that are in no jar have none. */
  private static String version() {
    return Optional.ofNullable(FabricCommand.class.getModule().getDescriptor())
            .flatMap(descriptor -> descriptor.rawVersion())
            .orElse("(unpacked)")
        + " on JDK "
        + Runtime.version();
  }

  // ------------------------------------------------------------------------- wrong use

  private static String message(ParameterException problem) {
    CommandSpec spec = problem.getCommandLine().getCommandSpec();
    if (problem instanceof UnmatchedArgumentException unmatched) {
      String given = unmatched.getUnmatched().getFirst();
      return given.startsWith("-")
          ? unknownOption(spec, given)
          : Choices.unknown("command", given, spec.subcommands().keySet());
    }
    return Optional.ofNullable(problem.getMessage()).orElse("wrong arguments");
  }

  static String unknownOption(CommandSpec spec, String given) {
    return Choices.unknown("option", given.split("=", 2)[0], spec.optionsMap().keySet());
  }

  private static String help(ParameterException problem) {
    return problem.getCommandLine().getCommandSpec().qualifiedName() + " --help";
  }
}
