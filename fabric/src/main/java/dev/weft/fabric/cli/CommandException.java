package dev.weft.fabric.cli;

/** Ends the command with a message that says everything, and an exit code. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int code;

  private CommandException(int code, String message) {
    super(message);
    this.code = code;
  }

  /** The command was used wrongly. */
  static CommandException usage(String message) {
    return new CommandException(Failures.USAGE, "fabric: " + message);
  }

  /** The script is at fault. {@code message} is shown as it is. */
  static CommandException script(String message) {
    return new CommandException(Failures.FAILED, message);
  }

  int code() {
    return code;
  }
}
