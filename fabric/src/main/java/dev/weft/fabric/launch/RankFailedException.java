package dev.weft.fabric.launch;

import java.util.OptionalInt;

/**
 * A rank failed, and the others were stopped. It is the one that failed first; where it was a
 * thread, its exception is the cause.
 */
public final class RankFailedException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  /** Signals are told as 128 and their number, which is 64 at most. */
  private static final int SIGNALS = 128;

  private static final int LAST_SIGNAL = 64;

  /** Instead of an exit code: it was a thread. */
  private static final int THREAD = -1;

  private final int rank;
  private final int exitCode;

  private RankFailedException(String message, int rank, int exitCode, Throwable cause) {
    super(message, cause);
    this.rank = rank;
    this.exitCode = exitCode;
  }

  /** A thread that ended with an exception. */
  static RankFailedException thrown(int rank, Throwable cause, String remark) {
    return new RankFailedException(
        "rank " + rank + " failed: " + cause + remark, rank, THREAD, cause);
  }

  /** A process that ended, and what this process noticed of it. */
  static RankFailedException ended(int rank, int exitCode, Throwable noticed) {
    return new RankFailedException(describe(rank, exitCode), rank, exitCode, noticed);
  }

  static String describe(int rank, int exitCode) {
    return "rank " + rank + end(exitCode) + "; the other ranks were stopped";
  }

  private static String end(int exitCode) {
    if (exitCode == 0) {
      return " ended before it had joined the others (does its program launch Fabric?)";
    }
    if (exitCode == ProcessLauncher.ECHO_EXIT_CODE) {
      return " ended because another rank had failed";
    }
    return exitCode > SIGNALS && exitCode <= SIGNALS + LAST_SIGNAL
        ? " was killed by signal " + (exitCode - SIGNALS)
        : " failed with exit code " + exitCode + ", see its message";
  }

  /** The rank that failed first. */
  public int rank() {
    return rank;
  }

  /** The exit code of its process, 0 if that ended too early; empty when it was a thread. */
  public OptionalInt exitCode() {
    return exitCode == THREAD ? OptionalInt.empty() : OptionalInt.of(exitCode);
  }
}
