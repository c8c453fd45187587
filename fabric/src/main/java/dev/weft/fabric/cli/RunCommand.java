package dev.weft.fabric.cli;

import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.text.Choices;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code fabric run}: compiles a script if need be, and runs it with the settings of its options.
 */
final class RunCommand {

  static final String NAME = "run";

  private static final String CLASS_PATH = "--class-path";

  private RunCommand() {}

  static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.addPositional(
            PositionalParamSpec.builder()
                .index("0")
                .arity("1")
                .paramLabel("SCRIPT")
                .description(
                    "a Java source file (compact ones too), a jar with a Main-Class, or the name of"
                        + " a class")
                .build())
        .addPositional(
            PositionalParamSpec.builder()
                .index("1..*")
                .arity("0..*")
                .paramLabel("ARGUMENT")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description("arguments of the script")
                .build());
    Settings.options().forEach(spec::addOption);
    spec.addOption(
            OptionSpec.builder(CLASS_PATH, "-cp")
                .paramLabel("PATH")
                .type(String.class)
                .description(
                    "jars and folders of classes that the script uses beside Weft; FOLDER/* stands"
                        + " for all jars of a folder")
                .build())
        .addOption(FabricCommand.helpOption());
    spec.usageMessage()
        .sortOptions(false)
        .description("Runs a script on one or more devices.")
        .optionListHeading("%nOptions, before or after SCRIPT:%n")
        .footer(
            "",
            "Everything after -- goes to the script. So does, in the order given, whatever comes"
                + " after SCRIPT and is none of these options, a mistyped one too. Options of the"
                + " script that have one of these names must stand after --.",
            "",
            "A script is compiled once and kept in the user's cache folder. It starts on this"
                + " machine as rank 0; its launch starts the other ranks. For several machines give"
                + " the command on each, with its own --node-rank and the same secret in"
                + " WEFT_JOB_SECRET (openssl rand -hex 32).",
            "",
            "Exit code: 0; 1 if the script fails or does not compile; 2 for options and settings"
                + " that cannot be used; else that of the script or of the rank that failed"
                + " first.");
    return spec;
  }

  /**
   * Runs what {@code parsed} says.
   *
   * @param given how many arguments this JVM was given
   */
  static int run(ParseResult parsed, int given) {
    try {
      String script = parsed.matchedPositionalValue(0, "");
      if (script.isEmpty()) {
        throw CommandException.usage("run: no script was given; write: fabric run Train.java");
      }
      if (script.startsWith("-")) {
        throw CommandException.usage(
            FabricCommand.unknownOption(parsed.commandSpec(), script)
                + "; options of the script come after it");
      }
      List<String> arguments = parsed.matchedPositionalValue(1, List.of());
      noteMistypedOptions(parsed);
      var libraries = Libraries.of(parsed.matchedOptionValue(CLASS_PATH, ""));
      Target target = Target.of(script).prepared(libraries);
      MainMethod main = MainMethod.of(target.load(libraries)); // strategies may come with it
      Environment settings = Settings.environment(parsed, Environment.system());
      Environment environment =
          RankCommand.of(given, libraries, target, arguments)
              .map(settings::withProgram)
              .orElse(settings);
      main.run(arguments, environment);
      return 0;
    } catch (Throwable e) {
      return Failures.report(e);
    }
  }

  /** What the script gets may have been meant for us; after {@code --} there is no doubt. */
  private static void noteMistypedOptions(ParseResult parsed) {
    for (String argument : parsed.originalArgs()) {
      if (argument.equals("--")) {
        return;
      }
      String name = argument.split("=", 2)[0];
      Set<String> known = parsed.commandSpec().optionsMap().keySet();
      if (name.startsWith("--") && !known.contains(name)) {
        Choices.nearest(name, known)
            .ifPresent(
                meant ->
                    System.err.println(
                        "fabric: "
                            + name
                            + " goes to the script; did you mean "
                            + meant
                            + "? If not, write it after --"));
      }
    }
  }
}
