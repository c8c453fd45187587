package dev.weft.engine.io;

/** Text that is not JSON, or JSON of another form than asked for. The message says where. */
public final class JsonException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /** With the whole message. */
  public JsonException(String message) {
    super(message);
  }
}
