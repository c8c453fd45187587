package dev.weft.fabric.cli;

import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How further ranks are started once the program is compiled: {@code rank CLASS_PATH TARGET
 * ARGUMENT…}. Their settings are in the environment already, so there is nothing to parse and
 * nothing to check. Only {@link RunCommand} writes such a command.
 */
final class RankCommand {

  static final String NAME = "rank";

  private RankCommand() {}

  /**
   * The command that starts {@code target} as another rank.
   *
   * @param given how many arguments this command itself was started with
   * @return empty where the system does not say how this JVM was started
   */
  static Optional<List<String>> of(
      int given, Libraries libraries, Target target, List<String> arguments) {
    return Program.commandWithout(given)
        .map(
            jvm -> {
              var command = new ArrayList<>(jvm);
              command.addAll(List.of(NAME, libraries.text(), target.text()));
              command.addAll(arguments);
              return command;
            });
  }

  static int run(String[] arguments) {
    try {
      var libraries = Libraries.of(arguments[1]);
      Target target = Target.of(arguments[2]);
      List<String> rest = Arrays.asList(arguments).subList(3, arguments.length);
      MainMethod.of(target.load(libraries)).run(rest, Environment.system());
      return 0;
    } catch (Throwable e) {
      return Failures.report(e);
    }
  }
}
