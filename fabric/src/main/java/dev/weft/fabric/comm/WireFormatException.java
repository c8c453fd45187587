package dev.weft.fabric.comm;

/** Bytes that are not what {@link WireValues} writes: cut short, damaged or hostile. */
public final class WireFormatException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /** With the position and what is wrong there. */
  public WireFormatException(String message) {
    super(message);
  }
}
