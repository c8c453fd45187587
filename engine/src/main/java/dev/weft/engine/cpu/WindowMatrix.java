package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.engine.Native;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The windows of images as a matrix that is never written out: a row per channel and element of the
 * window, a column per sample and position of the window. A product copies what it needs of it,
 * since neighbouring positions are neighbours in {@link Planes}.
 *
 * <p>Immutable.
 */
final class WindowMatrix implements Operand {

  private final int bytes;
  private final long[] rows;
  private final long samplePitch;
  private final long[] counts;
  private final long[] pitches;
  private final long positions;
  private final long first;

  /**
   * @param bytes the size of an element
   * @param rows the address of each row's first element
   * @param samplePitch bytes from a sample to the next
   * @param counts positions along three dimensions
   * @param pitches bytes from a position to the next along these dimensions; the last is one
   *     element
   */
  WindowMatrix(int bytes, long[] rows, long samplePitch, long[] counts, long[] pitches) {
    this(bytes, rows, samplePitch, counts, pitches, 0);
  }

  private WindowMatrix(
      int bytes, long[] rows, long samplePitch, long[] counts, long[] pitches, long first) {
    this.bytes = bytes;
    this.rows = rows;
    this.samplePitch = samplePitch;
    this.counts = counts.clone();
    this.pitches = pitches.clone();
    for (int d = 1; d >= 0; d--) { // dimensions without a seam between them are one
      if (this.pitches[d] == this.counts[d + 1] * this.pitches[d + 1]) {
        this.counts[d + 1] *= this.counts[d];
        this.pitches[d] = this.pitches[d + 1];
        for (int e = d; e > 0; e--) {
          this.counts[e] = this.counts[e - 1];
          this.pitches[e] = this.pitches[e - 1];
        }
        this.counts[0] = 1;
      }
    }
    this.positions = this.counts[0] * this.counts[1] * this.counts[2];
    this.first = first;
  }

  /** The columns from this one on. */
  WindowMatrix from(long column) {
    return new WindowMatrix(bytes, rows, samplePitch, counts, pitches, first + column);
  }

  /**
   * Stretches of columns that are adjacent in every row: where they begin, and how long they are.
   */
  private static final class Stretches {
    private final long[] offsets;
    private final int[] lengths;
    private int count;

    Stretches(int most) {
      this.offsets = new long[most];
      this.lengths = new int[most];
    }
  }

  private Stretches stretches(long column, int count) {
    var found = new Stretches(count);
    long at = first + column;
    for (int left = count; left > 0; ) {
      long position = at % positions;
      long x = position % counts[2];
      long y = position / counts[2] % counts[1];
      long z = position / counts[2] / counts[1];
      int length = (int) Math.min(left, counts[2] - x);
      found.offsets[found.count] =
          at / positions * samplePitch + z * pitches[0] + y * pitches[1] + x * bytes;
      found.lengths[found.count++] = length;
      left -= length;
      at += length;
    }
    return found;
  }

  /** Copies bytes, at least 4. */
  private interface Move {
    void run(long from, long to, long bytes);
  }

  /**
   * Copies {@code count} columns of all rows.
   *
   * @param pitch bytes from a row to the next at {@code to}
   */
  void pack(long column, int count, long to, long pitch) {
    copy(column, count, to, pitch, WindowMatrix::inRegisters);
  }

  /** As {@link #pack}, without the Vector API. */
  void write(long column, int count, long to, long pitch) {
    copy(
        column, count, to, pitch, (from, at, size) -> MemorySegment.copy(ALL, from, ALL, at, size));
  }

  private void copy(long column, int count, long to, long pitch, Move move) {
    Stretches stretches = stretches(column, count);
    for (int row = 0; row < rows.length; row++) {
      long target = to + row * pitch;
      for (int i = 0; i < stretches.count; i++) {
        long size = (long) stretches.lengths[i] * bytes;
        move.run(rows[row] + stretches.offsets[i], target, size);
        target += size;
      }
    }
  }

  /** Stretches are short, and a bulk copy takes 10 ns to begin. */
  private static void inRegisters(long from, long to, long bytes) {
    int width = Lanes.F32.vectorByteSize();
    if (bytes < width) {
      for (long i = 0; i < bytes; i += 4) {
        ALL.set(Native.INT, to + i, ALL.get(Native.INT, from + i));
      }
      return;
    }
    long last = bytes - width;
    for (long i = 0; i < last; i += width) {
      register(from + i, to + i);
    }
    register(from + last, to + last); // again what is left, and some before it
  }

  private static void register(long from, long to) {
    FloatVector.fromMemorySegment(Lanes.F32, ALL, from, LITTLE_ENDIAN)
        .intoMemorySegment(ALL, to, LITTLE_ENDIAN);
  }

  /** Copies {@code depth} columns of some rows to an array for a {@link Tile}. */
  void pack(long row, int height, long column, int depth, Object to, int at) {
    Stretches stretches = stretches(column, depth);
    for (int i = 0; i < height; i++) {
      int index = at + i * Tile.PITCH;
      for (int j = 0; j < stretches.count; j++) {
        long source = rows[(int) row + i] + stretches.offsets[j];
        int length = stretches.lengths[j];
        if (to instanceof float[] floats) {
          inRegisters(source, floats, index, length);
        } else {
          MemorySegment.copy(ALL, Native.DOUBLE, source, (double[]) to, index, length);
        }
        index += length;
      }
    }
  }

  private static void inRegisters(long from, float[] to, int at, int count) {
    int lanes = Lanes.F32.length();
    if (count < lanes) {
      for (int i = 0; i < count; i++) {
        to[at + i] = ALL.get(Native.FLOAT, from + 4L * i);
      }
      return;
    }
    int last = count - lanes;
    for (int i = 0; i < last; i += lanes) {
      register(from + 4L * i, to, at + i);
    }
    register(from + 4L * last, to, at + last);
  }

  private static void register(long from, float[] to, int at) {
    FloatVector.fromMemorySegment(Lanes.F32, ALL, from, LITTLE_ENDIAN).intoArray(to, at);
  }
}
