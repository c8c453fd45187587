package dev.weft.fabric.text;

import dev.weft.fabric.RankZero;

/** What the library tells its user beside exceptions: one line on standard error. */
public final class Notices {

  private Notices() {}

  /** Says it on rank 0. */
  public static void info(String message) {
    RankZero.only(() -> print(message));
  }

  /** Warns on rank 0. */
  public static void warn(String message) {
    RankZero.only(() -> print("warning: " + message));
  }

  private static void print(String line) {
    StatusLine.shared().print(System.err, line);
  }
}
