package dev.weft.fabric.text;

/** How many columns text takes in a terminal. */
public final class TextWidth {

  /** From here on there are letters that take two columns. */
  private static final int FIRST_WIDE = 0x1100;

  private static final String CUT = "..";

  private TextWidth() {}

  /**
   * The columns of {@code text}, rather too many than too few: all of the scripts that have wide
   * letters is counted twice.
   */
  public static int of(String text) {
    return text.codePoints().map(TextWidth::of).sum();
  }

  private static int of(int letter) {
    return letter < FIRST_WIDE ? 1 : 2;
  }

  /** {@code text} on one line of at most {@code columns} columns. */
  public static String fit(String text, int columns) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    if (of(line) <= columns) {
      return line;
    }
    var cut = new StringBuilder();
    int width = 0;
    for (int letter : line.codePoints().toArray()) {
      width += of(letter);
      if (width > columns - CUT.length()) {
        break;
      }
      cut.appendCodePoint(letter);
    }
    return columns < CUT.length() ? "" : cut.append(CUT).toString();
  }
}
