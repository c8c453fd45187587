package dev.weft.fabric;

/**
 * A setting that cannot be used: unknown, out of range, or in conflict with another one. The
 * message names the setting, the value and the cure. The command line shows it without a stack
 * trace.
 */
public final class ConfigurationException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /** With the whole message. */
  public ConfigurationException(String message) {
    super(message);
  }

  /** With the message and what led to it. */
  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
