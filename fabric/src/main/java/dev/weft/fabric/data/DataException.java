package dev.weft.fabric.data;

/**
 * Data that could not be read: the message names the file or the sample, and what is wrong with it.
 */
public class DataException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  /** With the whole message: what was read, what is wrong, the cure. */
  public DataException(String message) {
    super(message);
  }

  /** With the message and what led to it. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
