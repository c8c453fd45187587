package dev.weft.engine;

/** An index outside the tensor it points into. The message names the operation first. */
public class IndexException extends IndexOutOfBoundsException {

  private static final long serialVersionUID = 1;

  /** With the whole message: operation, what came in, what is wrong, the cure. */
  public IndexException(String message) {
    super(message);
  }

  /** With the message and what led to it. */
  public IndexException(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }
}
