package dev.weft.engine.cpu;

import dev.weft.engine.Scope;

/**
 * Which form of a kernel runs. Kernels that matter for the first steps of a program come in two
 * forms with the same bits: plain loops over Java arrays, fast within milliseconds, and Vector API
 * loops, which cost 65-200 ms before their first result and stay 100 times slower than plain ones
 * until C2 has compiled them (measured: 400 additions of 8,192 elements from a cold start take 40
 * ms plain, 730 ms with vectors).
 */
public enum Tier {
  /** Plain while cold; vectors once a background thread has warmed them. */
  AUTO,
  /** Plain wherever there is a plain form. */
  PLAIN,
  /** Vectors from the first call, however slow. */
  VECTOR;

  private static volatile Tier current = fromSystemProperty();

  private static Tier fromSystemProperty() {
    String text = System.getProperty("weft.tier", "auto");
    for (Tier tier : values()) {
      if (tier.name().equalsIgnoreCase(text)) {
        return tier;
      }
    }
    throw new IllegalArgumentException(
        "weft.tier: '" + text + "' is unknown; write auto, plain or vector");
  }

  /** The one in force, for all threads: {@code -Dweft.tier}, else {@link #AUTO}. */
  public static Tier current() {
    return current;
  }

  /** Enforces a tier in this process until the scope is closed; for tests and benchmarks. */
  public static Scope force(Tier tier) {
    Tier before = current;
    current = tier;
    return () -> current = before;
  }
}
