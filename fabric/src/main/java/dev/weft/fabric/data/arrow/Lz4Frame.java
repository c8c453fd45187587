package dev.weft.fabric.data.arrow;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Unpacks LZ4 frames, which Feather files use by default. Every read and write is checked; the
 * checksums that a frame carries are verified. Source: Collet, "LZ4 frame format" 1.6.4 and "LZ4
 * block format".
 */
final class Lz4Frame {

  private static final int MAGIC = 0x184D2204;
  private static final int SKIPPABLE = 0x184D2A50;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment in;
  private final MemorySegment out;
  private long from;
  private long to;

  private Lz4Frame(MemorySegment in, MemorySegment out) {
    this.in = in;
    this.out = out;
  }

  /**
   * Unpacks the frames in {@code in}, which must fill {@code out}.
   *
   * @throws IllegalArgumentException when they do not, or are malformed
   */
  static void unpack(MemorySegment in, MemorySegment out) {
    var frame = new Lz4Frame(in, out);
    try {
      while (frame.from < in.byteSize()) {
        frame.frame();
      }
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "LZ4 data are damaged near byte " + frame.from + " of " + in.byteSize(), e);
    }
    if (frame.to != out.byteSize()) {
      throw new IllegalArgumentException(
          "LZ4 data unpack to " + frame.to + " bytes, not " + out.byteSize());
    }
  }

  private void frame() {
    int magic = word();
    if ((magic & ~0xF) == SKIPPABLE) {
      long length = Integer.toUnsignedLong(word());
      from += length;
      return;
    }
    if (magic != MAGIC) {
      throw new IllegalArgumentException("LZ4 data do not begin with an LZ4 frame");
    }
    long descriptor = from;
    int flags = octet();
    from++; // the largest block size; ours is bounded by the output
    if (flags >>> 6 != 1) {
      throw new IllegalArgumentException(
          "LZ4 frame of version " + (flags >>> 6) + ": only 1 is known");
    }
    if ((flags & 1) != 0) {
      throw new IllegalArgumentException("LZ4 frame needs a dictionary, which is not supported");
    }
    boolean blockChecksums = (flags & 1 << 4) != 0;
    boolean sized = (flags & 1 << 3) != 0;
    long begin = to;
    long size = sized ? in.get(LONG, from) : -1;
    from += sized ? Long.BYTES : 0;
    int expected = XxHash32.of(in.asSlice(descriptor, from - descriptor)) >>> 8 & 0xFF;
    verify(octet() == expected, "header");
    for (int length = word(); length != 0; length = word()) {
      block(length, begin, blockChecksums);
    }
    if ((flags & 1 << 2) != 0) {
      verify(word() == XxHash32.of(out.asSlice(begin, to - begin)), "content");
    }
    verify(!sized || size == to - begin, "size");
  }

  private void block(int header, long begin, boolean checksum) {
    long length = header & 0x7FFFFFFF;
    MemorySegment data = in.asSlice(from, length);
    if (header < 0) { // stored as it is
      MemorySegment.copy(data, 0, out, to, length);
      to += length;
      from += length;
    } else {
      sequences(from + length, begin);
    }
    if (checksum) {
      verify(word() == XxHash32.of(data), "block");
    }
  }

  /**
   * Literals, each followed by a copy of what was written before, up to {@code end} of the input.
   */
  private void sequences(long end, long begin) {
    while (from < end) {
      int token = octet();
      long literals = extended(token >>> 4);
      MemorySegment.copy(in, from, out, to, literals);
      from += literals;
      to += literals;
      if (from == end) {
        return; // the last sequence has no copy
      }
      int distance = octet() | octet() << 8;
      if (distance == 0 || distance > to - begin) {
        throw new IllegalArgumentException("LZ4 data refer to what lies before their beginning");
      }
      repeat(distance, extended(token & 0xF) + 4);
    }
    if (from != end) {
      throw new IllegalArgumentException("LZ4 data of a block reach into the next");
    }
  }

  private void repeat(int distance, long length) {
    if (distance >= length) {
      MemorySegment.copy(out, to - distance, out, to, length);
    } else { // reads what it has just written
      for (long i = 0; i < length; i++) {
        out.set(BYTE, to + i, out.get(BYTE, to + i - distance));
      }
    }
    to += length;
  }

  private long extended(int length) {
    if (length < 15) {
      return length;
    }
    long total = length;
    int more;
    do {
      more = octet();
      total += more;
    } while (more == 255);
    return total;
  }

  private int octet() {
    return in.get(BYTE, from++) & 0xFF;
  }

  private int word() {
    int value = in.get(WORD, from);
    from += Integer.BYTES;
    return value;
  }

  private static void verify(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(
          "LZ4 frame: its " + what + " does not agree with the data: they are damaged");
    }
  }
}
