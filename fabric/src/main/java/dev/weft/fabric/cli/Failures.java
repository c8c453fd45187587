package dev.weft.fabric.cli;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.launch.RankFailedException;
import dev.weft.fabric.text.StatusLine;

/** What the user gets to see when a program fails, and the exit code. */
final class Failures {

  /** A script that does not compile, or fails. */
  static final int FAILED = 1;

  /** A command or a setting that cannot be used. */
  static final int USAGE = 2;

  private Failures() {}

  /** Prints what went wrong. */
  static int report(Throwable thrown) {
    StatusLine.shared().end();
    return switch (thrown) {
      case CommandException e -> {
        System.err.println(e.getMessage());
        yield e.code();
      }
      case ConfigurationException e -> {
        System.err.println("fabric: " + e.getMessage());
        yield USAGE;
      }
      case RankFailedException e when e.exitCode().isPresent() -> {
        System.err.println("fabric: " + e.getMessage());
        yield e.exitCode().getAsInt();
      }
      case RankFailedException e when e.getCause() instanceof ConfigurationException cause -> {
        System.err.println("fabric: rank " + e.rank() + ": " + cause.getMessage());
        yield USAGE;
      }
      default -> {
        System.err.print(UserTrace.of(thrown));
        yield FAILED;
      }
    };
  }
}
