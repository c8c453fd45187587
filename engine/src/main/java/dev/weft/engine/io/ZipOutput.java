package dev.weft.engine.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes a zip archive of stored entries, each on a boundary of 64 bytes, so that it can be mapped;
 * the padding is an extra field, as in PyTorch's files. No times: the same entries give the same
 * bytes.
 *
 * <p>The 64-bit directory's end is always written, as PyTorch does; 64-bit sizes where needed.
 */
final class ZipOutput {

  private static final int ALIGNMENT = 64;

  /** 1 January 1980, the earliest date that the format knows. */
  private static final short DATE = 0x21;

  private static final short UTF8 = 1 << 11;
  private static final short VERSION = 20;
  private static final short VERSION64 = 45;

  private record Written(byte[] name, long crc, long size, long header) {}

  private final FileOutput out;
  private final long wideFrom;
  private final List<Written> entries = new ArrayList<>();

  ZipOutput(FileOutput out) {
    this(out, 0xFFFFFFFFL);
  }

  /**
   * @param wideFrom from which size or offset on 64-bit fields are used; lower only in tests
   */
  ZipOutput(FileOutput out, long wideFrom) {
    this.out = out;
    this.wideFrom = wideFrom;
  }

  void add(String name, byte[] content) throws IOException {
    add(name, MemorySegment.ofArray(content));
  }

  /** Adds the parts, one behind the other, as one entry. */
  void add(String name, MemorySegment... parts) throws IOException {
    var crc = new CRC32();
    long size = 0;
    for (MemorySegment part : parts) {
      update(crc, part);
      size += part.byteSize();
    }
    var entry =
        new Written(name.getBytes(StandardCharsets.UTF_8), crc.getValue(), size, out.position());
    entries.add(entry);
    byte[] wide = wide(entry.size >= wideFrom, entry.size, entry.size);
    int before = 30 + entry.name.length + wide.length + 4;
    int padding = (int) -(out.position() + before & ALIGNMENT - 1) & ALIGNMENT - 1;
    ByteBuffer header = little(before + padding);
    header.putInt(0x04034b50);
    common(header, entry, wide.length > 0);
    header.putShort((short) entry.name.length).putShort((short) (wide.length + 4 + padding));
    header.put(entry.name).put(wide);
    header.put((byte) 'F').put((byte) 'B').putShort((short) padding);
    for (int i = 0; i < padding; i++) {
      header.put((byte) 'Z');
    }
    out.write(header.flip());
    for (MemorySegment part : parts) {
      out.write(part);
    }
  }

  /** Version, flags, method, time, checksum and sizes, alike in both descriptions of an entry. */
  private static void common(ByteBuffer header, Written entry, boolean wide) {
    header.putShort(wide ? VERSION64 : VERSION).putShort(UTF8).putShort((short) 0);
    header.putShort((short) 0).putShort(DATE).putInt((int) entry.crc);
    int size = wide ? -1 : (int) entry.size;
    header.putInt(size).putInt(size);
  }

  /** Writes the directory. Nothing may be added afterwards. */
  void finish() throws IOException {
    long start = out.position();
    for (Written entry : entries) {
      boolean wideSize = entry.size >= wideFrom;
      boolean wideHeader = entry.header >= wideFrom;
      byte[] wide =
          wideHeader
              ? wideSize
                  ? wide(true, entry.size, entry.size, entry.header)
                  : wide(true, entry.header)
              : wide(wideSize, entry.size, entry.size);
      ByteBuffer header = little(46 + entry.name.length + wide.length);
      header.putInt(0x02014b50).putShort(VERSION64);
      common(header, entry, wideSize);
      header.putShort((short) entry.name.length).putShort((short) wide.length);
      header.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
      header.putInt(wideHeader ? -1 : (int) entry.header).put(entry.name).put(wide);
      out.write(header.flip());
    }
    long end = out.position();
    long count = entries.size();
    ByteBuffer tail = little(56 + 20 + 22);
    tail.putInt(0x06064b50).putLong(44).putShort(VERSION64).putShort(VERSION64);
    tail.putInt(0).putInt(0).putLong(count).putLong(count).putLong(end - start).putLong(start);
    tail.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
    short few = (short) Math.min(count, 0xFFFF);
    tail.putInt(0x06054b50).putShort((short) 0).putShort((short) 0).putShort(few).putShort(few);
    tail.putInt((int) Math.min(end - start, 0xFFFFFFFFL));
    tail.putInt(start >= wideFrom ? -1 : (int) start).putShort((short) 0);
    out.write(tail.flip());
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] wide(boolean needed, long... values) {
    if (!needed) {
      return new byte[0];
    }
    ByteBuffer extra = little(4 + 8 * values.length);
    extra.putShort((short) 1).putShort((short) (8 * values.length));
    for (long value : values) {
      extra.putLong(value);
    }
    return extra.array();
  }

  private static final long CHUNK = 1 << 20;

  static long checksum(MemorySegment content) {
    var crc = new CRC32();
    update(crc, content);
    return crc.getValue();
  }

  private static void update(CRC32 crc, MemorySegment content) {
    for (long done = 0; done < content.byteSize(); done += CHUNK) {
      crc.update(content.asSlice(done, Math.min(CHUNK, content.byteSize() - done)).asByteBuffer());
    }
  }

  /** Checksums and names of all entries so far, as one number; PyTorch's id of a file is alike. */
  String fingerprint() {
    var names = new CRC32();
    var contents = new CRC32();
    for (Written entry : entries) {
      names.update(entry.name);
      contents.update(little(16).putLong(entry.crc).putLong(entry.size).array());
    }
    return String.format(
        java.util.Locale.ROOT, "%020d%020d", names.getValue(), contents.getValue());
  }
}
