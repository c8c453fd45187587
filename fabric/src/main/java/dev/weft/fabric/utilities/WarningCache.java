package dev.weft.fabric.utilities;

import dev.weft.fabric.RankZero;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says each text once, however often a loop comes to it. On rank 0 only, as {@link RankZero#warn}.
 * Thread-safe.
 *
 * {@snippet :
 * static final WarningCache WARNINGS = new WarningCache();
 *
 * void step(float loss) {
 *   if (loss > 100) {
 *     WARNINGS.warn("the loss is above 100"); // in the first such step
 *   }
 * }
 * }
 */
public final class WarningCache {

  private final Set<String> said = ConcurrentHashMap.newKeySet();

  /** An empty one: nothing was said. */
  public WarningCache() {}

  /** Warns, unless this text was said before, as a warning or not. */
  public void warn(String message) {
    if (said.add(message)) {
      RankZero.warn(message);
    }
  }

  /** Tells, unless this text was said before. */
  public void info(String message) {
    if (said.add(message)) {
      RankZero.info(message);
    }
  }

  /** Whether this text was said. */
  public boolean contains(String message) {
    return said.contains(message);
  }

  /** Forgets everything, so that it is said again. */
  public void clear() {
    said.clear();
  }
}
