package dev.weft.fabric;

import dev.weft.fabric.text.Notices;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The rank that this code runs for, and what only rank 0 does: loggers, progress bars and messages
 * ask here, so that users can call them on every rank.
 *
 * <p>A rank that is a thread is bound with {@link #where}. Without that the rank is that of the
 * process: the first of RANK, LOCAL_RANK, SLURM_PROCID and JSM_NAMESPACE_RANK in its environment,
 * or 0.
 */
public final class RankZero {

  private static final List<String> VARIABLES =
      List.of("RANK", "LOCAL_RANK", "SLURM_PROCID", "JSM_NAMESPACE_RANK");

  private static final ScopedValue<Integer> RANK = ScopedValue.newInstance();

  private RankZero() {}

  /** Runs code for a rank: {@code RankZero.where(rank).call(…)}. */
  public static ScopedValue.Carrier where(int rank) {
    return ScopedValue.where(RANK, rank);
  }

  /** The rank of this thread, or of its process. */
  public static int rank() {
    return RANK.isBound() ? RANK.get() : rankIn(System.getenv());
  }

  static int rankIn(Map<String, String> environment) {
    for (String variable : VARIABLES) {
      String value = environment.get(variable);
      if (value != null) {
        try {
          return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
          throw new IllegalStateException(
              "rank: the environment variable " + variable + "='" + value + "' is no number", e);
        }
      }
    }
    return 0;
  }

  /** Whether this is rank 0. */
  public static boolean isZero() {
    return rank() == 0;
  }

  /** Runs {@code action} on rank 0 and nowhere else. */
  public static void only(Runnable action) {
    if (isZero()) {
      action.run();
    }
  }

  /** What {@code action} gives on rank 0, and {@code otherwise} on every other. */
  public static <T> T only(Supplier<T> action, T otherwise) {
    return isZero() ? action.get() : otherwise;
  }

  /** Tells the user something, on rank 0: a line on standard error. */
  public static void info(String message) {
    Notices.info(message);
  }

  /** Warns the user, on rank 0: a line on standard error. */
  public static void warn(String message) {
    Notices.warn(message);
  }

  /** A message that says which rank it is from: {@code [rank: 3] message}. */
  public static String prefixed(String message, int rank) {
    return "[rank: " + rank + "] " + message;
  }
}
