package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.engine.Native;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The windows of images as a matrix that is never written out: a row per channel and element of the
 * window, a column per sample and position of the window. A product copies what it needs of it,
 * since neighbouring positions are neighbours in {@link Planes}.
 *
 * <p>Immutable.
 */
final class WindowMatrix implements Operand {

  /** Registers of 128 bits are those of machines whose loads and stores take no mask. */
  private static final boolean MASKS = Lanes.F32.length() > 4;

  private final int bytes;
  private final long[] rows;
  private final long samplePitch;
  private final long[] counts;
  private final long[] pitches;
  private final boolean hasRoomBehind;
  private final long positions;
  private final long first;

  /**
   * @param bytes the size of an element
   * @param rows the address of each row's first element
   * @param planes where the rows lie
   * @param counts positions along three dimensions
   */
  WindowMatrix(int bytes, long[] rows, Planes planes, long[] counts) {
    this.bytes = bytes;
    this.rows = rows;
    this.samplePitch = planes.samplePitch();
    this.counts = counts.clone();
    this.pitches = planes.pitches();
    this.hasRoomBehind = planes.hasRoomBehind();
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
    this.first = 0;
  }

  private WindowMatrix(WindowMatrix all, long first) {
    this.bytes = all.bytes;
    this.rows = all.rows;
    this.samplePitch = all.samplePitch;
    this.counts = all.counts;
    this.pitches = all.pitches;
    this.hasRoomBehind = all.hasRoomBehind;
    this.positions = all.positions;
    this.first = first;
  }

  /** The columns from this one on. */
  WindowMatrix from(long column) {
    return new WindowMatrix(this, first + column);
  }

  int rows() {
    return rows.length;
  }

  /** How many columns are adjacent in memory: those of a line of positions. */
  long width() {
    return counts[2];
  }

  /** Lines of a slice. */
  long lines() {
    return counts[1];
  }

  /** Elements from a line to the next. */
  long pitch() {
    return pitches[1] / bytes;
  }

  /** Whether more can be read behind a line, up to a whole register. */
  boolean hasRoomBehind() {
    return hasRoomBehind;
  }

  /**
   * The columns from here on as they lie in memory, as far as a slice reaches; what is between two
   * lines belongs to no window.
   *
   * @param blocks how many {@link Scattered#BLOCK}s of columns
   */
  Scattered withGaps(int blocks) {
    long line = first / counts[2];
    long slice = line / counts[1];
    long sample = slice / counts[0];
    long offset =
        sample * samplePitch
            + slice % counts[0] * pitches[0]
            + line % counts[1] * pitches[1]
            + first % counts[2] * bytes;
    return Scattered.adjacent(rows, offset, blocks);
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

  /**
   * Copies {@code count} columns of all rows.
   *
   * @param pitch bytes from a row to the next at {@code to}
   */
  void pack(long column, int count, long to, long pitch) {
    Stretches stretches = stretches(column, count);
    int lanes = Lanes.F32.length();
    long target = to;
    for (int i = 0; i < stretches.count; i++) {
      int words = stretches.lengths[i] * (bytes / Float.BYTES);
      for (int at = 0; at < words; at += lanes) {
        packRegister(stretches.offsets[i] + 4L * at, words - at, target + 4L * at, pitch);
      }
      target += 4L * words;
    }
  }

  // A register of each row at a time: stretches are short, and a loop over one takes as long to
  // begin as to run. Words are moved as numbers of 4 bytes, whatever they are.

  private void packRegister(long offset, int words, long to, long pitch) {
    if (words >= Lanes.F32.length()) {
      for (int row = 0; row < rows.length; row++) {
        Lanes.store(Lanes.load(Lanes.F32, rows[row] + offset), to + row * pitch);
      }
    } else if (MASKS) {
      VectorMask<Float> mask = Lanes.F32.indexInRange(0, words);
      for (int row = 0; row < rows.length; row++) {
        Lanes.store(Lanes.load(Lanes.F32, rows[row] + offset, mask), to + row * pitch, mask);
      }
    } else {
      for (int row = 0; row < rows.length; row++) {
        for (int i = 0; i < words; i++) {
          int word = ALL.get(Native.INT, rows[row] + offset + 4L * i);
          ALL.set(Native.INT, to + row * pitch + 4L * i, word);
        }
      }
    }
  }

  /** As {@link #pack}, without the Vector API. */
  void write(long column, int count, long to, long pitch) {
    Stretches stretches = stretches(column, count);
    for (int row = 0; row < rows.length; row++) {
      long target = to + row * pitch;
      for (int i = 0; i < stretches.count; i++) {
        long size = (long) stretches.lengths[i] * bytes;
        MemorySegment.copy(ALL, rows[row] + stretches.offsets[i], ALL, target, size);
        target += size;
      }
    }
  }

  /** Copies {@code depth} columns of some rows to an array for a {@link Tile}. */
  void pack(int row, int height, long column, int depth, Object to) {
    Stretches stretches = stretches(column, depth);
    int lanes = Lanes.F32.length();
    int index = 0;
    for (int i = 0; i < stretches.count; i++) {
      int length = stretches.lengths[i];
      long offset = stretches.offsets[i];
      if (to instanceof float[] floats) {
        for (int at = 0; at < length; at += lanes) {
          packRegister(row, height, offset + 4L * at, length - at, floats, index + at);
        }
      } else {
        for (int r = 0; r < height; r++) {
          long from = rows[row + r] + offset;
          MemorySegment.copy(
              ALL, Native.DOUBLE, from, (double[]) to, index + r * Tile.PITCH, length);
        }
      }
      index += length;
    }
  }

  private void packRegister(int first, int height, long offset, int count, float[] to, int at) {
    if (count >= Lanes.F32.length()) {
      for (int i = 0; i < height; i++) {
        long from = rows[first + i] + offset;
        FloatVector.fromMemorySegment(Lanes.F32, ALL, from, LITTLE_ENDIAN)
            .intoArray(to, at + i * Tile.PITCH);
      }
    } else if (MASKS) {
      VectorMask<Float> mask = Lanes.F32.indexInRange(0, count);
      for (int i = 0; i < height; i++) {
        long from = rows[first + i] + offset;
        FloatVector.fromMemorySegment(Lanes.F32, ALL, from, LITTLE_ENDIAN, mask)
            .intoArray(to, at + i * Tile.PITCH, mask);
      }
    } else {
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < count; j++) {
          long from = rows[first + i] + offset + 4L * j;
          to[at + i * Tile.PITCH + j] = ALL.get(Native.FLOAT, from);
        }
      }
    }
  }
}
