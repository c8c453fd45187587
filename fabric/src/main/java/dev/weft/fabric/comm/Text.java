package dev.weft.fabric.comm;

import java.util.Locale;

/** Messages that read the same whatever the user's locale. */
final class Text {

  private Text() {}

  /** {@link String#format} with digits and signs that do not depend on the locale. */
  static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** What an exception says, or its name when it says nothing. */
  static String reason(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
