package dev.weft.fabric.data.arrow;

import dev.weft.fabric.data.table.ForeignFile;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * The messages of an IPC stream, or of an IPC file (Feather version 2): a stream between two marks,
 * with a footer that says where each message begins. Source: the Apache Arrow columnar format, 1.5.
 */
final class IpcFile implements AutoCloseable {

  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  private static final String NOT_ARROW = "this is no Arrow file, and no stream of Arrow messages";
  private static final int CONTINUATION = 0xFFFFFFFF;

  /** The magic and two bytes of padding. */
  private static final int LEADER = 8;

  /** The length of the footer, and the magic again. */
  private static final int TRAILER = Integer.BYTES + 6;

  /** Metadata describe columns and batches; more than this is no honest file. */
  private static final int MOST_METADATA = 16 << 20;

  /** A record batch: what describes it, and its buffers. The body belongs to the caller. */
  record Batch(Message message, ArrowBuf body) {}

  private record Metadata(Message message, long bodyAt) {
    long end() {
      return bodyAt + message.bodyLength();
    }
  }

  private final ByteSource source;
  private final long size;
  private final List<Field> fields;
  private final Optional<Footer> footer;

  /** Of a file: the number of the next block; of a stream: where the next message begins. */
  private long next;

  /** Of a file: where the last record batch ended. */
  private long free;

  private IpcFile(ByteSource source) throws IOException {
    this.source = source;
    this.size = source.size();
    byte[] start = bytes(0, (int) Math.min(size, ForeignFile.TELLING));
    Optional<String> foreign = ForeignFile.kind(start);
    if (foreign.isPresent()) {
      throw new MalformedArrowException(foreign.get());
    }
    if (Arrays.equals(start, 0, Math.min(start.length, MAGIC.length), MAGIC, 0, MAGIC.length)) {
      Footer found = readFooter();
      footer = Optional.of(found);
      fields = converted(found.schema());
    } else {
      footer = Optional.empty();
      Metadata first = firstOfStream();
      fields = converted(header(first.message()));
      next = first.end();
    }
  }

  /** Whatever is no stream fails here, and is better called by its name than by what it lacks. */
  private Metadata firstOfStream() throws MalformedArrowException {
    try {
      return readMetadata(0).orElseThrow();
    } catch (IOException | RuntimeException e) {
      throw new MalformedArrowException(NOT_ARROW, e);
    }
  }

  /** Reads the schema. The source is closed with the file, and when this fails. */
  static IpcFile open(ByteSource source) throws IOException {
    try {
      return new IpcFile(source);
    } catch (Throwable e) {
      source.close();
      throw e;
    }
  }

  private static Schema header(Message message) throws MalformedArrowException {
    if (message.headerType() == MessageHeader.Schema
        && message.header(new Schema()) instanceof Schema schema) {
      return schema;
    }
    throw new MalformedArrowException(NOT_ARROW);
  }

  private static List<Field> converted(@Nullable Schema found) throws MalformedArrowException {
    Schema checked = SchemaGuard.checked(found);
    return IntStream.range(0, checked.fieldsLength())
        .mapToObj(i -> Field.convertField(checked.fields(i)))
        .toList();
  }

  /** The columns, as the schema declares them. */
  List<Field> fields() {
    return fields;
  }

  long size() {
    return size;
  }

  /** The next record batch; empty at the end. Batches of dictionaries are passed over. */
  Optional<Batch> next(BufferAllocator allocator) throws IOException {
    return footer.isPresent() ? nextOfFile(footer.get(), allocator) : nextOfStream(allocator);
  }

  private Optional<Batch> nextOfFile(Footer found, BufferAllocator allocator) throws IOException {
    if (next >= found.recordBatchesLength()) {
      return Optional.empty();
    }
    Block block = found.recordBatches((int) next++);
    Metadata metadata =
        readMetadata(block.offset())
            .orElseThrow(
                () -> new MalformedArrowException("no message begins at " + block.offset()));
    if (metadata.message().headerType() != MessageHeader.RecordBatch) {
      throw new MalformedArrowException(
          "the footer says that a record batch begins at " + block.offset() + ", but none does");
    }
    if (block.offset() < free) { // else a small file could be an endless table
      throw new MalformedArrowException(
          "the record batch at " + block.offset() + " lies inside the one before it");
    }
    free = metadata.end();
    return Optional.of(readBody(metadata, allocator));
  }

  private Optional<Batch> nextOfStream(BufferAllocator allocator) throws IOException {
    while (next < size) {
      long at = next;
      Optional<Metadata> metadata = readMetadata(at);
      if (metadata.isEmpty()) {
        break;
      }
      next = metadata.get().end();
      byte kind = metadata.get().message().headerType();
      if (kind == MessageHeader.RecordBatch) {
        return Optional.of(readBody(metadata.get(), allocator));
      }
      if (kind != MessageHeader.DictionaryBatch) { // dictionary columns are read as numbers
        throw new MalformedArrowException(
            "the message at " + at + " is of kind " + kind + ", which does not belong here");
      }
    }
    next = size;
    return Optional.empty();
  }

  /** The metadata of the message at {@code at}; empty where the mark of the end stands. */
  private Optional<Metadata> readMetadata(long at) throws IOException {
    int length = word(at);
    long begin = at + Integer.BYTES;
    if (length == CONTINUATION) { // absent in files from before version 0.15
      length = word(begin);
      begin += Integer.BYTES;
    }
    if (length == 0) {
      return Optional.empty();
    }
    if (length < 0 || length > MOST_METADATA || length > size - begin) {
      throw new MalformedArrowException(
          "the message at "
              + at
              + " claims "
              + Integer.toUnsignedString(length)
              + " bytes of metadata; the file has "
              + size
              + " bytes, and at most "
              + MOST_METADATA
              + " are allowed");
    }
    Message message = Message.getRootAsMessage(ByteBuffer.wrap(bytes(begin, length)));
    long bodyAt = begin + length;
    long body = message.bodyLength();
    if (body < 0 || body > size - bodyAt) {
      throw new MalformedArrowException(
          "the message at "
              + at
              + " claims a body of "
              + body
              + " bytes, but only "
              + (size - bodyAt)
              + " follow: the file is damaged or cut off");
    }
    return Optional.of(new Metadata(message, bodyAt));
  }

  private Batch readBody(Metadata metadata, BufferAllocator allocator) throws IOException {
    long length = metadata.message().bodyLength();
    ArrowBuf body = allocator.buffer(length);
    readInto(metadata.bodyAt(), Memory.of(body, length));
    body.writerIndex(length);
    return new Batch(metadata.message(), body);
  }

  private void readInto(long at, MemorySegment target) throws IOException {
    long done = 0;
    while (done < target.byteSize()) {
      long part = Math.min(target.byteSize() - done, 1 << 30);
      int read = source.read(target.asSlice(done, part).asByteBuffer(), at + done);
      if (read < 0) {
        throw new EOFException("the file ends at " + (at + done));
      }
      done += read;
    }
  }

  private Footer readFooter() throws IOException {
    if (size < LEADER + TRAILER) {
      throw new MalformedArrowException("the file ends before its footer: it is cut off");
    }
    byte[] mark = bytes(size - MAGIC.length, MAGIC.length);
    if (!Arrays.equals(mark, MAGIC)) {
      throw new MalformedArrowException("the mark at the end is missing: the file is cut off");
    }
    int length = word(size - TRAILER);
    if (length <= 0 || length > MOST_METADATA || length > size - TRAILER - LEADER) {
      throw new MalformedArrowException("the footer claims " + length + " bytes, which do not fit");
    }
    return Footer.getRootAsFooter(ByteBuffer.wrap(bytes(size - TRAILER - length, length)));
  }

  private int word(long at) throws IOException {
    return ByteBuffer.wrap(bytes(at, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private byte[] bytes(long at, int length) throws IOException {
    if (at < 0 || at > size - length) {
      throw new MalformedArrowException(
          "the file has " + size + " bytes, but " + length + " are expected at " + at);
    }
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (source.read(buffer, at + buffer.position()) < 0) {
        throw new EOFException("the file ends at " + (at + buffer.position()));
      }
    }
    return buffer.array();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
