package dev.weft.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tasks of a process by row, made once, and warmed up in turns before any is measured: so the
 * first row, too, runs in a process that has seen all others.
 */
final class Tasks {

  /** How long a row runs before it is the turn of the next. */
  private static final long TURN_NANOS = 100_000_000L;

  /** At the least; the compiler needs seconds for what a library never needs. */
  private static final long PASS_NANOS = 3_000_000_000L;

  private static final int MOST_PASSES = 12;

  private static final Map<String, Engine.Task> BY_ROW = new LinkedHashMap<>();

  private Tasks() {}

  /** The task of a row of {@code engine}, where it has one. */
  static synchronized Engine.Task of(String engine, int threads, String row) {
    Engine named = Engines.named(engine);
    named.threads(threads);
    return BY_ROW.computeIfAbsent(
        engine + " " + threads + " " + row, _ -> named.task(Row.named(row, threads).work()));
  }

  /** Runs all tasks in turns until none has become faster by a fifth in two passes. */
  static void warmUp() {
    var best = new LinkedHashMap<String, Long>();
    int steady = 0;
    for (int pass = 0; pass < MOST_PASSES && steady < 2; pass++) {
      boolean faster = false;
      long end = System.nanoTime() + PASS_NANOS;
      do {
        for (var entry : BY_ROW.entrySet()) {
          long time = fastest(entry.getValue());
          faster |= time < 0.8 * best.getOrDefault(entry.getKey(), Long.MAX_VALUE);
          best.merge(entry.getKey(), time, Math::min);
        }
      } while (System.nanoTime() < end);
      steady = faster ? 0 : steady + 1;
    }
  }

  private static long fastest(Engine.Task task) {
    long fastest = Long.MAX_VALUE;
    long now = System.nanoTime();
    long end = now + TURN_NANOS;
    do {
      long start = now;
      task.run();
      now = System.nanoTime();
      fastest = Math.min(fastest, now - start);
    } while (now < end);
    return fastest;
  }
}
