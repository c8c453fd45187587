package dev.weft.engine.io;

import java.util.Locale;

/** Makes what stands in a file fit for a message: short, on one line, nothing invisible. */
final class Excerpt {

  private static final int LONGEST = 100;

  private Excerpt() {}

  /** At most 100 characters of it, control characters escaped. */
  static String of(String text) {
    var shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), LONGEST); i++) {
      shown.append(visible(text.charAt(i)));
    }
    return text.length() > LONGEST ? shown + "…" : shown.toString();
  }

  static String visible(int c) {
    return c < ' ' || c >= 0x7F && c < 0xA0 || Character.isSurrogate((char) c)
        ? String.format(Locale.ROOT, "\\u%04x", c)
        : String.valueOf((char) c);
  }
}
