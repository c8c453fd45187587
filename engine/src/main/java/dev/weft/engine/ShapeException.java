package dev.weft.engine;

/** Shapes that do not fit an operation, or each other. The message names the operation first. */
public class ShapeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /** With the whole message: operation, what came in, what is wrong, the cure. */
  public ShapeException(String message) {
    super(message);
  }

  /** With the message and what led to it. */
  public ShapeException(String message, Throwable cause) {
    super(message, cause);
  }
}
