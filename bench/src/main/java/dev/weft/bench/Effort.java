package dev.weft.bench;

import java.util.Locale;

/** How long a report may take. Times are in milliseconds. */
enum Effort {
  /** About a quarter of an hour, most of it for the peers: shows what is far off. */
  QUICK(1, 20, 1, 10, 25),
  /** Some hours: rounds of all engines in turn, so that other load meets all of them. */
  FULL(3, 200, 2, 20, 50);

  final int rounds;
  final int warmup;
  final int warmups;
  final int time;
  final int times;

  Effort(int rounds, int warmup, int warmups, int time, int times) {
    this.rounds = rounds;
    this.warmup = warmup;
    this.warmups = warmups;
    this.time = time;
    this.times = times;
  }

  static Effort named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
