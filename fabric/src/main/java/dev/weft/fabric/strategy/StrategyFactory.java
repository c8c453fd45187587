package dev.weft.fabric.strategy;

import dev.weft.fabric.launch.RankStart;
import java.time.Duration;
import java.util.Optional;

/**
 * A strategy before it is bound to a rank: its settings, and how its ranks are started. Further
 * ones are passed to the builder, or found by name as services ({@link java.util.ServiceLoader}).
 * Immutable.
 */
public interface StrategyFactory {

  /** The name under which it is chosen. */
  String name();

  /** How its ranks come about. */
  RankStart start();

  /** How long its collectives may take; empty for the builder's setting. */
  default Optional<Duration> timeout() {
    return Optional.empty();
  }

  /** The strategy of one rank. */
  Strategy create(Seat seat);
}
