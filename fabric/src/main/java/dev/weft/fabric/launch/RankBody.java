package dev.weft.fabric.launch;

/** What every rank does. */
@FunctionalInterface
public interface RankBody<R> {

  /** Runs as one rank; what rank 0 returns is the result of the launch. */
  R run(RankContext rank) throws Exception;
}
