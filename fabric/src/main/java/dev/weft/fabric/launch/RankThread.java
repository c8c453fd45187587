package dev.weft.fabric.launch;

import dev.weft.engine.Scope;
import dev.weft.engine.cpu.Parallel;
import dev.weft.fabric.RankZero;

/** Runs a rank's body on the calling thread, with what belongs to the rank in place. */
final class RankThread {

  private RankThread() {}

  /**
   * @param local how many ranks share the processors of this machine
   */
  static <R> R run(RankBody<R> body, RankContext context, int local) throws Exception {
    try (Scope _ = context.environment().enter();
        Scope _ = shareOfProcessors(context.environment(), local)) {
      return RankZero.where(context.ranks().globalRank()).call(() -> body.run(context));
    }
  }

  /** Each rank computes on its share of the processors, unless the user said how many threads. */
  private static Scope shareOfProcessors(Environment environment, int local) {
    if (System.getProperty("weft.threads") != null || local == 1) {
      return () -> {};
    }
    int processors = Runtime.getRuntime().availableProcessors();
    return Parallel.withThreads(
        environment.getInt("OMP_NUM_THREADS").orElse(Math.max(1, processors / local)));
  }
}
