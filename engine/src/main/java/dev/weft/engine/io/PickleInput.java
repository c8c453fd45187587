package dev.weft.engine.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A part of a file, read front to back. Sizes are checked against what is left of it. */
final class PickleInput {

  /** Bytes by position, little-endian. */
  interface Source {
    ByteBuffer bytes(long position, int count) throws TensorFileException;
  }

  private static final int LONGEST_LINE = 1024;

  private final Path path;
  private final Source source;
  private final String record;
  private final long start;
  private final long end;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 14).limit(0);
  private long buffered;

  /**
   * @param record its name in messages
   */
  PickleInput(FileInput in, String record, long start, long length) {
    this(in.path(), in::bytes, record, start, length);
  }

  PickleInput(Path path, Source source, String record, long start, long length) {
    this.path = path;
    this.source = source;
    this.record = record;
    this.start = start;
    this.buffered = start;
    this.end = start + length;
  }

  /** Where the next byte lies in the file. */
  long position() {
    return buffered - buffer.remaining();
  }

  long left() {
    return end - position();
  }

  TensorFileException wrong(String problem) {
    return new TensorFileException(path, place() + problem);
  }

  TensorFileException wrong(String problem, Throwable cause) {
    return new TensorFileException(path, place() + problem, cause);
  }

  /** The same problem, with its place in the file. */
  TensorFileException wrong(RuntimeException problem) {
    return wrong(String.valueOf(problem.getMessage()), problem);
  }

  private String place() {
    return record + " at byte " + (position() - start) + ": ";
  }

  private ByteBuffer need(int count) throws TensorFileException {
    if (buffer.remaining() < count) {
      if (left() < count) {
        throw wrong("ends in the middle");
      }
      long at = position();
      int length = (int) Math.min(buffer.capacity(), end - at);
      buffer.clear().put(source.bytes(at, length)).flip();
      buffered = at + length;
    }
    return buffer;
  }

  int u8() throws TensorFileException {
    return need(1).get() & 0xFF;
  }

  int u16() throws TensorFileException {
    return need(2).order(ByteOrder.LITTLE_ENDIAN).getShort() & 0xFFFF;
  }

  int i32() throws TensorFileException {
    return need(4).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  long u32() throws TensorFileException {
    return i32() & 0xFFFFFFFFL;
  }

  long i64() throws TensorFileException {
    return need(8).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** A double with its bytes in the order of networks, as pickles have them. */
  double f64() throws TensorFileException {
    return need(8).order(ByteOrder.BIG_ENDIAN).getDouble();
  }

  /** Requires that so many bytes are left, before anybody takes memory for them. */
  long requireLeft(long count) throws TensorFileException {
    if (count < 0 || count > left() || count > Integer.MAX_VALUE - 8) {
      throw wrong(Long.toUnsignedString(count) + " bytes are announced, " + left() + " are left");
    }
    return count;
  }

  byte[] bytes(long count) throws TensorFileException {
    requireLeft(count);
    if (count <= buffer.remaining()) {
      byte[] bytes = new byte[(int) count];
      buffer.get(bytes);
      return bytes;
    }
    long at = position();
    byte[] bytes = source.bytes(at, (int) count).array();
    buffer.limit(0);
    buffered = at + count;
    return bytes;
  }

  String utf8(long count) throws TensorFileException {
    byte[] bytes = bytes(count);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw wrong("a string is not valid UTF-8", e);
    }
  }

  /** Text up to the end of the line, which is consumed. */
  String line() throws TensorFileException {
    var text = new StringBuilder();
    for (int c = u8(); c != '\n'; c = u8()) {
      if (c < ' ' || c > '~' || text.length() == LONGEST_LINE) {
        throw wrong("a name that is too long or has strange characters");
      }
      text.append((char) c);
    }
    return text.toString();
  }
}
