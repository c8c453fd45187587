package dev.weft.fabric.cli;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.Lifeline;
import dev.weft.fabric.launch.ProcessLauncher;
import dev.weft.fabric.launch.RankFailedException;
import dev.weft.fabric.text.StatusLine;

/** What the user gets to see when a program fails, and the exit code. */
final class Failures {

  /** A script that does not compile, or fails. */
  static final int FAILED = 1;

  /** A command or a setting that cannot be used. */
  static final int USAGE = 2;

  private Failures() {}

  /** Prints what went wrong. Where our launcher has started this process, it says which rank. */
  static int report(Throwable thrown) {
    StatusLine.shared().end();
    Environment environment = Environment.system();
    if (!Lifeline.isHeld(environment)) {
      return report(thrown, "");
    }
    int rank = environment.requireInt("RANK");
    return ProcessLauncher.isForOthersToReport(thrown, rank, environment)
        ? ProcessLauncher.ECHO_EXIT_CODE
        : report(thrown, label(rank));
  }

  private static String label(int rank) {
    return "rank " + rank + ": ";
  }

  private static int report(Throwable thrown, String label) {
    return switch (thrown) {
      case CommandException e -> {
        System.err.println(e.getMessage());
        yield e.code();
      }
      case ConfigurationException e -> {
        System.err.println("fabric: " + label + e.getMessage());
        yield USAGE;
      }
      case RankFailedException e when e.exitCode().isPresent() -> {
        System.err.println("fabric: " + e.getMessage());
        yield Math.max(FAILED, e.exitCode().getAsInt());
      }
      case RankFailedException e when e.getCause() != null -> report(e.getCause(), label(e.rank()));
      default -> {
        System.err.print(UserTrace.of(thrown, label));
        yield FAILED;
      }
    };
  }
}
