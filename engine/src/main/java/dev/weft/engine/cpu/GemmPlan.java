package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.cpu.Gemm.Matrix;
import java.lang.foreign.MemorySegment;

/**
 * How a product of one size is cut: its rows into strips of at most 8, its columns into panels of
 * at most 3 registers, both as evenly as possible, so that no tile is left almost empty.
 *
 * <p>The columns of B that a panel needs are packed side by side, so that they stream through the
 * cache; k is cut into blocks that keep them there. Small or contiguous operands are read where
 * they lie.
 */
final class GemmPlan {

  private static final long K_BLOCK = Gemm.K_BLOCK;

  /** Strips per piece of work: 64 rows of A for a block of k are 64 KiB of the L2 cache. */
  private static final long STRIPS = 8;

  /** Panels per piece of work: 192 KiB of the L2 cache. */
  private static final long PANELS = 4;

  /** Multiply-adds that are not worth waking a thread for: about 25 µs. */
  private static final double SPLIT = 2e6;

  /** A contiguous B of at most this size stays in the L2 cache without packing. */
  private static final long UNPACKED_BYTES = 1 << 18;

  /** For so few rows packing B costs more than it saves. */
  private static final long UNPACKED_ROWS = 16;

  private final Gemm gemm;
  private final int bytes;
  private final int lanes;
  private final long m;
  private final long n;
  private final long k;
  private final long strips;
  private final long registers;
  private final long panels;
  private final int last;

  GemmPlan(Gemm gemm, int lanes, long m, long n, long k) {
    this.gemm = gemm;
    this.bytes = gemm.bytes;
    this.lanes = lanes;
    this.m = m;
    this.n = n;
    this.k = k;
    this.strips = Math.ceilDiv(m, Gemm.ROWS);
    this.registers = Math.ceilDiv(n, lanes);
    this.panels = Math.ceilDiv(registers, Gemm.REGISTERS);
    this.last = (int) (n - (registers - 1) * lanes);
  }

  /**
   * The first row of a strip; the first strips are one row taller where m cannot be split evenly.
   */
  private long row(long strip) {
    return strip * (m / strips) + Math.min(strip, m % strips);
  }

  private int height(long strip) {
    return (int) (row(strip + 1) - row(strip));
  }

  /** The first register of a panel. */
  private long register(long panel) {
    return panel * (registers / panels) + Math.min(panel, registers % panels);
  }

  private int width(long panel) {
    return (int) (register(panel + 1) - register(panel));
  }

  /** Whether all kernels that it needs are; asking counts as a use of each. */
  boolean isWarm(long work) {
    boolean warm = gemm.packing().isWarm(work);
    for (long strip : new long[] {0, strips - 1}) {
      for (long panel : new long[] {0, panels - 1}) {
        warm &= gemm.tile(height(strip), width(panel)).isWarm(work);
      }
    }
    return warm;
  }

  /**
   * C = start + A B.
   *
   * @param start address of what is added, {@code startRow} bytes between rows; or 0
   */
  void run(Matrix a, Matrix b, long start, long startRow, long c, long cRow) {
    var target = new Target(start, startRow, c, cRow);
    boolean contiguous = b.column() == bytes || n == 1;
    if (contiguous && (m <= UNPACKED_ROWS || n * k * bytes <= UNPACKED_BYTES)) {
      multiply(a, new Panels(b, b.row(), false), target);
      return;
    }
    try (Temp packed = Temp.of(registers * lanes * k * bytes)) {
      pack(b, packed.address());
      multiply(a, new Panels(new Matrix(packed.address(), 0, 0), 0, true), target);
    }
  }

  private record Target(long start, long startRow, long c, long cRow) {}

  /** Where the columns of a panel lie: in B itself, or packed. */
  private record Panels(Matrix b, long row, boolean packed) {}

  private long pitch(long panel) {
    return (long) width(panel) * lanes * bytes;
  }

  private void pack(Matrix b, long to) {
    long grain = (long) (SPLIT / 16) / Math.max(1, Gemm.REGISTERS * lanes * k) + 1;
    Parallel.ranges(
        panels,
        grain,
        (from, end) -> {
          for (long panel = from; panel < end; panel++) {
            long column = register(panel) * lanes;
            int count = (int) Math.min(width(panel) * lanes, n - column);
            long target = to + column * k * bytes;
            if (b.column() == bytes) {
              for (long p = 0; p < k; p++) {
                MemorySegment.copy(
                    ALL, b.at(p, column), ALL, target + p * pitch(panel), (long) count * bytes);
              }
            } else {
              gemm.packing()
                  .vector()
                  .run(b.at(0, column), b.column(), b.row(), target, pitch(panel), count, k);
            }
          }
        });
  }

  private void multiply(Matrix a, Panels b, Target target) {
    long groups = Math.ceilDiv(panels, PANELS);
    long pieces = Math.ceilDiv(strips, STRIPS) * groups;
    boolean split = (double) m * n * k > SPLIT;
    Parallel.ranges(
        pieces,
        split ? 1 : pieces,
        (from, end) -> {
          for (long piece = from; piece < end; piece++) {
            long strip = piece / groups * STRIPS;
            long panel = piece % groups * PANELS;
            piece(
                a,
                b,
                target,
                strip,
                Math.min(strips, strip + STRIPS),
                panel,
                Math.min(panels, panel + PANELS));
          }
        });
  }

  private void piece(
      Matrix a, Panels b, Target target, long strip, long lastStrip, long panel, long lastPanel) {
    if (a.column() == bytes || lastPanel - panel == 1) {
      long p = 0;
      do {
        tiles(a.from(0, p), false, p, b, target, strip, lastStrip, panel, lastPanel);
        p += K_BLOCK;
      } while (p < k);
      return;
    }
    // A's rows are not contiguous: a tile would read a line of the cache per number.
    long first = row(strip);
    try (Temp packed = Temp.of((row(lastStrip) - first) * K_BLOCK * bytes)) {
      long p = 0;
      do {
        for (long s = strip; s < lastStrip; s++) {
          gemm.packing()
              .vector()
              .run(
                  a.at(row(s), p),
                  a.row(),
                  a.column(),
                  packed.address() + (row(s) - first) * K_BLOCK * bytes,
                  (long) height(s) * bytes,
                  height(s),
                  Math.min(K_BLOCK, k - p));
        }
        var strips = new Matrix(packed.address(), 0, 0);
        tiles(strips, true, p, b, target, strip, lastStrip, panel, lastPanel);
        p += K_BLOCK;
      } while (p < k);
    }
  }

  /** One block of k, from {@code p} on, of an A that may be packed strip by strip. */
  private void tiles(
      Matrix a,
      boolean packedA,
      long p,
      Panels b,
      Target target,
      long strip,
      long lastStrip,
      long panel,
      long lastPanel) {
    long depth = Math.min(K_BLOCK, k - p);
    for (long j = panel; j < lastPanel; j++) {
      long column = register(j) * lanes;
      long bRow = b.packed ? pitch(j) : b.row;
      long bAt =
          b.packed
              ? b.b.address() + column * k * bytes + p * bRow
              : b.b.address() + column * bytes + p * bRow;
      int lanesLeft = j == panels - 1 ? last : lanes;
      for (long s = strip; s < lastStrip; s++) {
        long at = row(s);
        int height = height(s);
        long cAt = target.c + at * target.cRow + column * bytes;
        long start = cAt;
        long startRow = target.cRow;
        if (p == 0) {
          start = target.start == 0 ? 0 : target.start + at * target.startRow + column * bytes;
          startRow = target.startRow;
        }
        gemm.tile(height, width(j))
            .vector()
            .run(
                packedA ? a.address() + (at - row(strip)) * K_BLOCK * bytes : a.at(at, 0),
                packedA ? bytes : a.row(),
                packedA ? (long) height * bytes : a.column(),
                bAt,
                bRow,
                start,
                startRow,
                cAt,
                target.cRow,
                depth,
                lanesLeft);
      }
    }
  }
}
