package dev.weft.bench;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The machine's limits, measured in the same run: operations and bytes per microsecond of one core.
 *
 * @param flops fused multiply-adds, each counted twice
 * @param copied bytes read plus bytes written, by the size of {@link CeilingBench#SIZES}
 * @param read bytes read
 */
record Ceiling(double flops, double[] copied, double[] read) {

  static Ceiling of(Map<String, Double> micros) {
    long[] sizes = CeilingBench.SIZES;
    double[] copied = new double[sizes.length];
    double[] read = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      copied[i] = 2 * sizes[i] / time(micros, "copy " + sizes[i]);
      read[i] = sizes[i] / time(micros, "read " + sizes[i]);
    }
    return new Ceiling(CeilingBench.FLOPS / time(micros, "multiplyAdd " + sizes[0]), copied, read);
  }

  private static double time(Map<String, Double> micros, String name) {
    return Objects.requireNonNull(micros.get(name), name);
  }

  /**
   * The least time that some work can take: arithmetic on all threads, or memory traffic, whichever
   * is longer. Traffic goes to the smallest cache that holds it, and is not made faster by threads.
   */
  double micros(Work work, int threads) {
    int level = 0;
    while (level < copied.length - 1 && work.bytes() > 2 * CeilingBench.SIZES[level]) {
      level++;
    }
    double bandwidth = Math.max(copied[level], read[level]);
    return Math.max(work.flops() / (flops * threads), work.bytes() / bandwidth);
  }

  String describe() {
    return String.format(
        Locale.ROOT,
        "One core: %.0f GFLOP/s of fused multiply-adds; copying moves %.1f, %.1f, %.1f and %.1f"
            + " GB/s (read plus written), reading %.1f, %.1f, %.1f and %.1f GB/s, with buffers of"
            + " 16 KiB, 256 KiB, 4 MiB and 64 MiB.",
        flops / 1e3,
        copied[0] / 1e3,
        copied[1] / 1e3,
        copied[2] / 1e3,
        copied[3] / 1e3,
        read[0] / 1e3,
        read[1] / 1e3,
        read[2] / 1e3,
        read[3] / 1e3);
  }
}
