package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.Binary;
import java.lang.foreign.MemorySegment;

/**
 * How a product of one size is cut: its rows into strips of at most 8, its columns into panels of a
 * few registers, both as evenly as possible, so that no tile is left almost empty.
 *
 * <p>The columns of B that a panel needs are packed side by side, so that they stream through the
 * cache; k is cut into blocks that keep them there. Small or contiguous operands are read where
 * they lie, but for a last register that B has no columns for: tiles read whole registers. What
 * such a tile computes goes to a block of its own, and from there to C as far as C has columns.
 */
final class GemmPlan {

  private static final long K_BLOCK = Gemm.K_BLOCK;

  /** Strips per piece of work: 64 rows of A for a block of k are 64 KiB of the L2 cache. */
  static final int STRIPS = 8;

  /** Most registers of columns per piece of work: 832 KiB of the L2 cache. */
  static final int COLUMNS = 52;

  /** Multiply-adds that are not worth waking a thread for: about 25 µs. */
  private static final double SPLIT = 2e6;

  /** A contiguous B of at most this size stays in the L2 cache without packing. */
  private static final long UNPACKED_BYTES = 1 << 18;

  /** For so few rows packing B costs more than it saves. */
  private static final long UNPACKED_ROWS = 16;

  private static final long[] NO_OFFSETS = {};

  private final Gemm gemm;
  private final int bytes;
  private final int lanes;
  private final long m;
  private final long n;
  private final long k;
  private final long strips;
  private final long registers;
  private final int widest;
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
    this.widest = Gemm.registers(m);
    this.panels = Math.ceilDiv(registers, widest);
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
  boolean isWarm(Operand b, long work) {
    boolean warm = true;
    for (long strip : new long[] {0, strips - 1}) {
      for (long panel : new long[] {0, panels - 1}) {
        int rows = height(strip);
        int registersOfB = width(panel);
        warm &=
            b instanceof Scattered
                ? gemm.scatteredTile(rows, registersOfB).isWarm(work)
                : gemm.tile(rows, registersOfB).isWarm(work);
      }
    }
    return warm;
  }

  /**
   * C = start + A B.
   *
   * @param start address of what is added, {@code startRow} bytes between rows; or 0
   */
  void run(Operand a, Operand b, long start, long startRow, long c, long cRow) {
    var target =
        new Target(start, startRow, c, cRow, BinaryKernels.both(Binary.ADD, gemm.dtype(), m * n));
    long packed = firstPacked(b);
    long column = register(packed) * lanes;
    try (Temp room = Temp.of((registers * lanes - column) * k * bytes)) {
      pack(b, packed, room.address());
      long[] offsets = b instanceof Scattered s ? s.registers(lanes * bytes) : NO_OFFSETS;
      multiply(a, new Panels(b, packed, room.address(), offsets), target);
    }
  }

  /** The first panel that is packed, or the number of panels if none has to be. */
  private long firstPacked(Operand b) {
    return switch (b) {
      case Matrix(long _, long _, long column) -> {
        boolean contiguous = column == bytes || n == 1;
        boolean small = m <= UNPACKED_ROWS || n * k * bytes <= UNPACKED_BYTES;
        yield contiguous && small ? (last == lanes ? panels : panels - 1) : 0;
      }
      case WindowMatrix _ -> 0;
      case Scattered _ -> panels;
    };
  }

  private record Target(long start, long startRow, long c, long cRow, Loops.Binary plus) {

    /**
     * Where to start the block of C at a place: 0, what was given, or C from the last block of k.
     */
    long start(long p, long row, long byteColumn) {
      if (p > 0) {
        return c(row, byteColumn);
      }
      return start == 0 ? 0 : start + row * startRow + byteColumn;
    }

    long startRow(long p) {
      return p > 0 ? cRow : startRow;
    }

    long c(long row, long byteColumn) {
      return c + row * cRow + byteColumn;
    }
  }

  /** Where the columns of a panel lie: in B itself, or packed from a panel on. */
  private record Panels(Operand b, long firstPacked, long packed, long[] offsets) {}

  /** The columns of a panel from row {@code p} on, if they are not scattered. */
  private Matrix panel(Panels b, long panel, long p) {
    long column = register(panel) * lanes;
    if (panel >= b.firstPacked) {
      long before = (column - register(b.firstPacked) * lanes) * k * bytes;
      return new Matrix(b.packed + before, pitch(panel), bytes).from(p, 0);
    }
    if (b.b instanceof Matrix matrix) {
      return matrix.from(p, column);
    }
    throw new IllegalStateException("a panel was not packed"); // a bug of ours
  }

  private long pitch(long panel) {
    return (long) width(panel) * lanes * bytes;
  }

  /** Puts the columns of the panels from {@code first} on side by side. */
  private void pack(Operand b, long first, long to) {
    long grain = (long) (SPLIT / 16) / Math.max(1, widest * lanes * k) + 1;
    Parallel.ranges(
        panels - first,
        grain,
        (from, end) -> {
          for (long panel = first + from; panel < first + end; panel++) {
            long column = register(panel) * lanes;
            int count = (int) Math.min(width(panel) * lanes, n - column);
            long target = to + (column - register(first) * lanes) * k * bytes;
            switch (b) {
              case Matrix matrix -> pack(matrix.from(0, column), count, target, pitch(panel));
              case WindowMatrix windows -> windows.pack(column, count, target, pitch(panel));
              case Scattered _ -> throw new IllegalStateException("never packed"); // a bug of ours
            }
          }
        });
  }

  private void pack(Matrix b, int count, long to, long pitch) {
    if (b.column() != bytes) {
      gemm.packing().form(count * k).run(b.address(), b.column(), b.row(), to, pitch, count, k);
      return;
    }
    for (long p = 0; p < k; p++) {
      MemorySegment.copy(ALL, b.at(p, 0), ALL, to + p * pitch, (long) count * bytes);
    }
  }

  private void multiply(Operand a, Panels b, Target target) {
    long groups = Math.ceilDiv(panels * widest, COLUMNS);
    long group = Math.ceilDiv(panels, groups);
    long pieces = Math.ceilDiv(strips, STRIPS) * groups;
    boolean split = (double) m * n * k > SPLIT;
    Parallel.ranges(
        pieces,
        split ? 1 : pieces,
        (from, end) -> {
          for (long piece = from; piece < end; piece++) {
            long strip = piece / groups * STRIPS;
            long panel = piece % groups * group;
            piece(
                a,
                b,
                target,
                strip,
                Math.min(strips, strip + STRIPS),
                panel,
                Math.min(panels, panel + group));
          }
        });
  }

  private void piece(
      Operand a, Panels b, Target target, long strip, long lastStrip, long panel, long lastPanel) {
    Object rows = gemm.strips().array();
    long p = 0;
    do {
      int depth = (int) Math.min(K_BLOCK, k - p);
      int count = (int) (row(lastStrip) - row(strip));
      gemm.strips().pack(a, row(strip), count, p, depth, rows);
      tiles(rows, p, depth, b, target, strip, lastStrip, panel, lastPanel);
      p += K_BLOCK;
    } while (p < k);
  }

  /** One block of k, from {@code p} on. */
  private void tiles(
      Object rows,
      long p,
      int depth,
      Panels b,
      Target target,
      long strip,
      long lastStrip,
      long panel,
      long lastPanel) {
    for (long j = panel; j < lastPanel; j++) {
      long column = register(j) * lanes;
      boolean scattered = b.b instanceof Scattered;
      long bAt = scattered ? 0 : panel(b, j, p).address();
      long bRow = scattered ? 0 : panel(b, j, p).row();
      boolean partial = j == panels - 1 && last < lanes;
      boolean apart = partial || scattered && (p > 0 || target.start != 0);
      try (Temp block = apart ? Temp.of(Gemm.ROWS * pitch(j)) : Temp.none()) {
        for (long s = strip; s < lastStrip; s++) {
          int at = (int) (row(s) - row(strip)) * Tile.PITCH;
          int height = height(s);
          long start = target.start(p, row(s), column * bytes);
          long startRow = target.startRow(p);
          long c = target.c(row(s), column * bytes);
          int width = width(j);
          long to = apart ? block.address() : c;
          long toRow = apart ? pitch(j) : target.cRow;
          if (b.b instanceof Scattered(long[] table, long[] _)) {
            gemm.scatteredTile(height, width)
                .vector()
                .run(rows, at, table, (int) p, b.offsets, (int) register(j), to, toRow, depth);
          } else {
            boolean adds = !apart;
            gemm.tile(height, width)
                .vector()
                .run(rows, at, bAt, bRow, adds ? start : 0, adds ? startRow : 0, to, toRow, depth);
          }
          if (!apart) {
            continue;
          }
          long count = Math.min((long) width * lanes, n - column);
          for (int i = 0; i < height; i++) {
            long row = block.address() + i * pitch(j);
            if (start == 0) {
              MemorySegment.copy(ALL, row, ALL, c + i * target.cRow, count * bytes);
            } else {
              target.plus.run(start + i * startRow, row, c + i * target.cRow, count);
            }
          }
        }
      }
    }
  }
}
