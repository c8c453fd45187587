package dev.weft.engine.io;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A zip archive whose two descriptions of each entry, the central directory and the local header,
 * were found to agree with each other and with the file: no entry twice, none overlapping another,
 * no name that leads out of the archive. 64-bit sizes included.
 *
 * <p>{@code java.util.zip} is not used, because it believes the directory alone, and cannot say
 * where an entry's bytes lie.
 *
 * <p>Source: PKWARE's APPNOTE.TXT, version 6.3.10, sections 4.3 to 4.5.
 */
final class ZipArchive {

  static final int STORED = 0;
  static final int DEFLATED = 8;

  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int DESCRIPTOR = 0x08074b50;
  private static final int END = 0x06054b50;
  private static final int END64 = 0x06064b50;
  private static final int END64_LOCATOR = 0x07064b50;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int END64_BYTES = 56;
  private static final int LOCATOR_BYTES = 20;
  private static final int EXTRA64 = 1;

  private static final int ENCRYPTED = 1;
  private static final int SIZES_BEHIND = 1 << 3;
  private static final int KNOWN_FLAGS = SIZES_BEHIND | 1 << 11 | 3 << 1;

  /** A state dict of the largest models has some ten thousand. */
  private static final int MOST_ENTRIES = 250_000;

  private static final int LONGEST_NAME = 4096;

  /**
   * One entry.
   *
   * @param packed its bytes in the file, at {@code start}
   * @param size its bytes once unpacked
   * @param end the first byte behind it and its descriptor
   */
  record Entry(
      String name,
      int flags,
      int method,
      long crc,
      long packed,
      long size,
      long header,
      long start,
      long end) {

    boolean isFolder() {
      return name.endsWith("/");
    }
  }

  private final FileInput in;
  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

  private ZipArchive(FileInput in) {
    this.in = in;
  }

  static ZipArchive open(FileInput in) throws TensorFileException {
    var archive = new ZipArchive(in);
    try {
      archive.readDirectory();
    } catch (EOFException e) {
      throw new TensorFileException(in.path(), "zip: the directory is cut off", e);
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(in.path(), "zip: " + e.getMessage(), e);
    }
    archive.requireApart();
    return archive;
  }

  /** In the order of the directory. */
  SequencedMap<String, Entry> entries() {
    return Collections.unmodifiableSequencedMap(entries);
  }

  private TensorFileException wrong(String problem) {
    return in.wrong("zip: " + problem);
  }

  // --------------------------------------------------------------------------------- directory

  /** Where the directory lies and how many entries it has. */
  private record Directory(long start, long bytes, long count) {}

  private Directory findDirectory() throws TensorFileException {
    long at = in.size() - END_BYTES;
    ByteBuffer end = at < 0 ? ByteBuffer.allocate(0) : in.bytes(at, END_BYTES);
    if (at < 0 || end.getInt(0) != END) {
      throw wrong(
          "there is no directory at the end: the file is cut off, or something was added to it");
    }
    if (end.getShort(20) != 0) {
      throw wrong("comments are not supported");
    }
    if (end.getShort(4) != 0 || end.getShort(6) != 0 || end.getShort(8) != end.getShort(10)) {
      throw wrong("archives in several parts are not supported");
    }
    var small =
        new Directory(
            end.getInt(16) & 0xFFFFFFFFL, end.getInt(12) & 0xFFFFFFFFL, end.getShort(10) & 0xFFFF);
    long locatorAt = at - LOCATOR_BYTES;
    if (locatorAt >= 0 && in.bytes(locatorAt, 4).getInt() == END64_LOCATOR) {
      return findDirectory64(locatorAt, small);
    }
    requireDirectory(small, at);
    return small;
  }

  private Directory findDirectory64(long locatorAt, Directory small) throws TensorFileException {
    ByteBuffer locator = in.bytes(locatorAt, LOCATOR_BYTES);
    long at = locator.getLong(8);
    if (at != locatorAt - END64_BYTES || at < 0) {
      throw wrong("the 64-bit directory's end is not where it is said to be");
    }
    ByteBuffer end = in.bytes(at, END64_BYTES);
    if (end.getInt(0) != END64 || end.getLong(4) != END64_BYTES - 12) {
      throw wrong("the 64-bit directory's end is damaged");
    }
    var large = new Directory(end.getLong(48), end.getLong(40), end.getLong(32));
    if (end.getInt(16) != 0 || end.getInt(20) != 0 || end.getLong(24) != large.count) {
      throw wrong("archives in several parts are not supported");
    }
    if (small.count != 0xFFFF && small.count != large.count
        || small.bytes != 0xFFFFFFFFL && small.bytes != large.bytes
        || small.start != 0xFFFFFFFFL && small.start != large.start) {
      throw wrong("the two ends of the directory contradict each other");
    }
    requireDirectory(large, at);
    return large;
  }

  private void requireDirectory(Directory directory, long end) throws TensorFileException {
    if (directory.start < 0
        || directory.bytes < 0
        || directory.start > end
        || directory.bytes != end - directory.start) {
      throw wrong(
          "the directory should have "
              + directory.bytes
              + " bytes from "
              + directory.start
              + " on, but it ends at "
              + end);
    }
    if (directory.count > MOST_ENTRIES) {
      throw wrong(directory.count + " entries; at most " + MOST_ENTRIES + " are read");
    }
    if (directory.count < 0 || directory.count > directory.bytes / CENTRAL_BYTES) {
      throw wrong("the directory is too short for " + directory.count + " entries");
    }
  }

  private void readDirectory() throws IOException {
    Directory directory = findDirectory();
    var stream = new BufferedInputStream(in.stream(directory.start, directory.bytes), 1 << 16);
    for (long i = 0; i < directory.count; i++) {
      Entry entry = readEntry(stream, directory.start);
      if (entries.putIfAbsent(entry.name, entry) != null) {
        throw wrong("the entry '" + Excerpt.of(entry.name) + "' occurs twice");
      }
    }
    if (stream.read() >= 0) {
      throw wrong("the directory has more than the " + directory.count + " entries it counts");
    }
  }

  private static ByteBuffer take(InputStream stream, int count) throws IOException {
    byte[] bytes = stream.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Entry readEntry(InputStream stream, long directoryStart) throws IOException {
    ByteBuffer fixed = take(stream, CENTRAL_BYTES);
    if (fixed.getInt(0) != CENTRAL) {
      throw wrong("an entry of the directory does not begin as one");
    }
    int flags = fixed.getShort(8) & 0xFFFF;
    int method = fixed.getShort(10) & 0xFFFF;
    long crc = fixed.getInt(16) & 0xFFFFFFFFL;
    byte[] rawName = take(stream, fixed.getShort(28) & 0xFFFF).array();
    String name = name(rawName);
    ByteBuffer extra = take(stream, fixed.getShort(30) & 0xFFFF);
    take(stream, fixed.getShort(32) & 0xFFFF); // the comment
    String entry = "entry '" + Excerpt.of(name) + "': ";
    if ((flags & ENCRYPTED) != 0) {
      throw wrong(entry + "is encrypted");
    }
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw wrong(entry + "unknown flags " + flags);
    }
    if (fixed.getShort(34) != 0) {
      throw wrong(entry + "lies in another part of a split archive");
    }
    // 64-bit values stand in the extra field, in this order, those that do not fit in 32 bits.
    ByteBuffer wide = extra64(extra, entry);
    long size = wide(fixed.getInt(24), wide, entry);
    long packed = wide(fixed.getInt(20), wide, entry);
    long header = wide(fixed.getInt(42), wide, entry);
    if (method == STORED && packed != size) {
      throw wrong(entry + "stored as it is, but " + packed + " bytes are to give " + size);
    }
    if (header < 0 || header > directoryStart - LOCAL_BYTES) {
      throw wrong(entry + "begins at " + header + ", outside the file");
    }
    return located(
        new Entry(name, flags, method, crc, packed, size, header, 0, 0),
        rawName,
        directoryStart,
        entry);
  }

  private String name(byte[] raw) throws TensorFileException {
    String name;
    try {
      name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      throw new TensorFileException(in.path(), "zip: the name of an entry is not valid UTF-8", e);
    }
    if (!isRecordName(name)) {
      throw wrong(
          "the entry name '" + Excerpt.of(name) + "' is not that of a record inside the archive");
    }
    return name;
  }

  /** Whether a name cannot be mistaken for a place outside of the archive. */
  static boolean isRecordName(String name) {
    boolean parts = true;
    String[] split = name.split("/", -1);
    for (int i = 0; i < split.length; i++) {
      boolean last = i == split.length - 1 && i > 0;
      parts &= !split[i].equals("..") && !split[i].equals(".") && (last || !split[i].isEmpty());
    }
    return parts
        && name.length() <= LONGEST_NAME
        && name.chars().noneMatch(c -> c < ' ' || c == '\\' || c == 0x7F);
  }

  private ByteBuffer extra64(ByteBuffer extra, String entry) throws TensorFileException {
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xFFFF;
      int length = extra.getShort() & 0xFFFF;
      if (length > extra.remaining()) {
        break;
      }
      if (id == EXTRA64) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    if (extra.hasRemaining()) {
      throw wrong(entry + "its extra field is damaged");
    }
    return extra;
  }

  private long wide(int value, ByteBuffer wide, String entry) throws TensorFileException {
    if (value != -1) {
      return value & 0xFFFFFFFFL;
    }
    if (wide.remaining() < 8) {
      throw wrong(entry + "a 64-bit size is missing");
    }
    long large = wide.getLong();
    if (large < 0) {
      throw wrong(entry + "a size is larger than any file");
    }
    return large;
  }

  /** Checks the local header against the directory's entry, and finds the data behind it. */
  private Entry located(Entry entry, byte[] rawName, long limit, String place)
      throws TensorFileException {
    ByteBuffer local = in.bytes(entry.header, LOCAL_BYTES);
    int nameLength = local.getShort(26) & 0xFFFF;
    int extraLength = local.getShort(28) & 0xFFFF;
    long start = entry.header + LOCAL_BYTES + nameLength + extraLength;
    if (local.getInt(0) != LOCAL || start > limit) {
      throw wrong(place + "there is no entry at byte " + entry.header);
    }
    byte[] localName = in.bytes(entry.header + LOCAL_BYTES, nameLength).array();
    if (!Arrays.equals(rawName, localName)
        || (local.getShort(6) & 0xFFFF) != entry.flags
        || (local.getShort(8) & 0xFFFF) != entry.method) {
      throw wrong(place + "its header names another entry, method or flags than the directory");
    }
    ByteBuffer wide =
        extra64(in.bytes(entry.header + LOCAL_BYTES + nameLength, extraLength), place);
    long crc = local.getInt(14) & 0xFFFFFFFFL;
    long size = wide(local.getInt(22), wide, place);
    long packed = wide(local.getInt(18), wide, place);
    boolean behind = (entry.flags & SIZES_BEHIND) != 0;
    if (!(behind && crc == 0 && size == 0 && packed == 0)
        && (crc != entry.crc || size != entry.size || packed != entry.packed)) {
      throw wrong(place + "its header gives other sizes or another checksum than the directory");
    }
    if (entry.packed > limit - start) {
      throw wrong(place + entry.packed + " bytes from " + start + " on reach beyond the data");
    }
    long end = start + entry.packed;
    if (behind) {
      end += descriptor(entry, end, limit, place);
    }
    return new Entry(
        entry.name,
        entry.flags,
        entry.method,
        entry.crc,
        entry.packed,
        entry.size,
        entry.header,
        start,
        end);
  }

  /** The length of the checksum and sizes behind the data; with 32-bit sizes or 64-bit ones. */
  private int descriptor(Entry entry, long at, long limit, String place)
      throws TensorFileException {
    ByteBuffer bytes = in.bytes(at, (int) Math.min(24, limit - at));
    if (bytes.remaining() >= 16
        && bytes.getInt(0) == DESCRIPTOR
        && bytes.getInt(4) == (int) entry.crc) {
      if (bytes.remaining() >= 24
          && bytes.getLong(8) == entry.packed
          && bytes.getLong(16) == entry.size) {
        return 24;
      }
      if ((bytes.getInt(8) & 0xFFFFFFFFL) == entry.packed
          && (bytes.getInt(12) & 0xFFFFFFFFL) == entry.size) {
        return 16;
      }
    }
    throw wrong(place + "the sizes behind its data differ from the directory's");
  }

  private void requireApart() throws TensorFileException {
    var sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::header));
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).header < sorted.get(i - 1).end) {
        throw wrong(
            "the entries '"
                + Excerpt.of(sorted.get(i - 1).name)
                + "' and '"
                + Excerpt.of(sorted.get(i).name)
                + "' overlap");
      }
    }
  }

  // --------------------------------------------------------------------------------- contents

  /** The entry's bytes, unpacked; never more than its size. */
  InputStream stream(Entry entry) throws TensorFileException {
    InputStream packed = in.stream(entry.start, entry.packed);
    return switch (entry.method) {
      case STORED -> packed;
      case DEFLATED -> new Inflating(packed, new Inflater(true));
      default ->
          throw wrong(
              "entry '" + Excerpt.of(entry.name) + "': unknown compression " + entry.method);
    };
  }

  /** Gives the inflater's native memory back when closed. */
  private static final class Inflating extends InflaterInputStream {
    Inflating(InputStream packed, Inflater inflater) {
      super(packed, inflater, 1 << 16);
    }

    @Override
    public void close() throws IOException {
      inf.end();
      super.close();
    }
  }

  /** The checksum of a stored entry's bytes. */
  long checksum(Entry entry) throws TensorFileException {
    var crc = new CRC32();
    byte[] buffer = new byte[(int) Math.min(1 << 16, Math.max(1, entry.packed))];
    try (var stream = in.stream(entry.start, entry.packed)) {
      for (int got = stream.read(buffer); got > 0; got = stream.read(buffer)) {
        crc.update(buffer, 0, got);
      }
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(in.path(), "zip: " + e.getMessage(), e);
    }
    return crc.getValue();
  }
}
