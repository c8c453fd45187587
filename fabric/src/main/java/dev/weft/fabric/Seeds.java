package dev.weft.fabric;

import dev.weft.engine.Context;
import dev.weft.engine.Generator;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.text.Notices;
import java.util.Optional;

/** One seed for all random numbers of a rank, remembered in its environment. */
final class Seeds {

  private static final String SEED = "PL_GLOBAL_SEED";
  private static final String WORKERS = "PL_SEED_WORKERS";
  private static final long LARGEST = 0xFFFF_FFFFL;

  private Seeds() {}

  /** Seeds this thread's generator; without a seed, with that of the environment, or 0. */
  static long seed(
      Environment environment, Optional<Long> wanted, boolean workers, boolean verbose) {
    long seed = wanted.orElseGet(() -> inherited(environment, verbose));
    if (seed < 0 || seed > LARGEST) {
      throw new IllegalArgumentException(
          "seedEverything: seed " + seed + " is not between 0 and " + LARGEST);
    }
    if (verbose) {
      Notices.info("Seed set to " + seed);
    }
    environment.set(SEED, seed).set(WORKERS, workers ? 1 : 0);
    Context.current().generator(new Generator(seed));
    return seed;
  }

  /** Starts anew from the seed of the run, if it has one. */
  static void reset(Environment environment) {
    if (environment.has(SEED)) {
      seed(environment, Optional.empty(), ofWorkers(environment), false);
    }
  }

  private static long inherited(Environment environment, boolean verbose) {
    Optional<String> text = environment.get(SEED);
    if (text.isEmpty()) {
      if (verbose) {
        Notices.warn("seedEverything: no seed was given; it is 0");
      }
      return 0;
    }
    try {
      return Long.parseLong(text.get().strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "seedEverything: the environment variable " + SEED + "='" + text.get() + "' is no number",
          e);
    }
  }

  /** What distributed samplers draw from: the seed of the run, or 0. */
  static long ofSamplers(Environment environment) {
    return environment.has(SEED) ? inherited(environment, false) : 0;
  }

  /** Whether workers of data loaders are to be seeded. */
  static boolean ofWorkers(Environment environment) {
    return environment.getInt(WORKERS).orElse(0) != 0;
  }
}
