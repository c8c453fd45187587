package dev.weft.fabric.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Messages about a value that is none of the allowed ones. */
public final class Choices {

  private Choices() {}

  /** {@code unknown strategy 'ddpp'; did you mean 'ddp'? Allowed: auto, ddp, …}. */
  public static String unknown(String setting, String value, Collection<String> allowed) {
    String hint =
        nearest(value, allowed)
            .map(name -> "; did you mean '" + name + "'? Allowed: ")
            .orElse("; allowed: ");
    return "unknown " + setting + " '" + value + "'" + hint + String.join(", ", allowed);
  }

  /** The allowed value that a typist may have meant: at most a third of it has to be changed. */
  public static Optional<String> nearest(String value, Collection<String> allowed) {
    Optional<String> best = Optional.empty();
    int fewest = Integer.MAX_VALUE;
    String given = value.toLowerCase(Locale.ROOT);
    for (String name : allowed) {
      int edits = edits(given, name.toLowerCase(Locale.ROOT));
      if (edits < fewest && edits <= Math.max(1, name.length() / 3)) {
        fewest = edits;
        best = Optional.of(name);
      }
    }
    return best;
  }

  /** How many characters must be inserted, removed or replaced. Source: Levenshtein, 1966. */
  private static int edits(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
