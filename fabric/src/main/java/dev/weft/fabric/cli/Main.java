package dev.weft.fabric.cli;

import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.Lifeline;

/** The Java side of the {@code fabric} command. */
public final class Main {

  private Main() {}

  /**
   * Runs a command and, unless it succeeds, exits with its code. After a success the JVM ends as
   * usual, when the last thread that is no daemon does.
   */
  public static void main(String[] arguments) {
    Lifeline.watch(Environment.system());
    int code =
        arguments.length > 0 && arguments[0].equals(RankCommand.NAME)
            ? RankCommand.run(arguments)
            : FabricCommand.run(arguments);
    if (code != 0) {
      System.exit(code);
    }
  }
}
