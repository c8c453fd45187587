package dev.weft.engine;

/**
 * A device that does not exist, or tensors that live on different devices. The message names the
 * operation first.
 */
public class DeviceException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /** With the whole message: operation, what came in, what is wrong, the cure. */
  public DeviceException(String message) {
    super(message);
  }

  /** With the message and what led to it. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
