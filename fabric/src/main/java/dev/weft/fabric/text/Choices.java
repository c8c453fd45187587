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

  /**
   * How many characters must be inserted, removed, replaced or swapped with their neighbour.
   * Source: Damerau, 1964; Levenshtein, 1966.
   */
  private static int edits(String a, String b) {
    int[][] of = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          of[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best =
            Math.min(of[i - 1][j - 1] + (same ? 0 : 1), Math.min(of[i - 1][j], of[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        of[i][j] = swapped ? Math.min(best, of[i - 2][j - 2] + 1) : best;
      }
    }
    return of[a.length()][b.length()];
  }
}
