package dev.weft.engine;

/**
 * A dtype that an operation does not take, or dtypes that do not go together. The message names the
 * operation first.
 */
public class DTypeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /** With the whole message: operation, what came in, what is wrong, the cure. */
  public DTypeException(String message) {
    super(message);
  }

  /** With the message and what led to it. */
  public DTypeException(String message, Throwable cause) {
    super(message, cause);
  }
}
