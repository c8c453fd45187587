package dev.weft.fabric;

/** What each rank does in {@link Fabric#launch}. */
@FunctionalInterface
public interface RankAction {

  /** Runs as the rank that {@code fabric} belongs to. */
  void run(Fabric fabric) throws Exception;
}
