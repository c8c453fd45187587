package dev.weft.fabric.data.arrow;

import java.io.IOException;

/** A file that contradicts itself, or the format. The message says where. */
final class MalformedArrowException extends IOException {

  private static final long serialVersionUID = 1;

  MalformedArrowException(String message) {
    super(message);
  }

  MalformedArrowException(String message, Throwable cause) {
    super(message, cause);
  }
}
