package dev.weft.fabric.launch;

import dev.weft.fabric.comm.CollectiveException;
import org.jspecify.annotations.Nullable;

/** Tells a rank's own failure from what it only heard of another one. */
final class Echoes {

  private Echoes() {}

  /** Whether {@code thrown} on rank {@code rank} reports the failure of others. */
  static boolean isEcho(Throwable thrown, int rank) {
    @Nullable Throwable each = thrown;
    for (int depth = 0; each != null && depth < 100; depth++) {
      if (each instanceof CollectiveException collective) {
        return !collective.failedRanks().isEmpty() && !collective.failedRanks().contains(rank);
      }
      each = each.getCause();
    }
    return false;
  }
}
