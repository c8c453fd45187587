package dev.weft.fabric.data.arrow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Finds the buffers of a record batch's columns: they follow each other in the order of the schema,
 * depth first.
 *
 * <p>Arrow's own loader is not used: its class for schemas starts a JSON library, which takes half
 * a second of a program's start, and it would unpack the columns that nobody asked for.
 */
final class BatchReader {

  private final IpcFile.Batch batch;
  private final RecordBatch header;
  private final BufferAllocator allocator;
  private final Compression compression;
  private int node;
  private int buffer;
  private int variadic;

  BatchReader(IpcFile.Batch batch, BufferAllocator allocator) throws MalformedArrowException {
    if (!(batch.message().header(new RecordBatch()) instanceof RecordBatch found)) {
      throw new MalformedArrowException("it is empty");
    }
    this.batch = batch;
    this.header = found;
    this.allocator = allocator;
    this.compression = Compression.of(found.compression());
  }

  /** The number of rows. */
  long rows() throws MalformedArrowException {
    long rows = header.length();
    if (rows < 0 || rows > Integer.MAX_VALUE) {
      throw new MalformedArrowException("it claims " + rows + " rows");
    }
    return rows;
  }

  /** The columns of the schema {@code fields} that are wanted. */
  List<Column> columns(List<Field> fields, Predicate<Field> wanted) throws MalformedArrowException {
    var columns = new ArrayList<Column>();
    for (Field field : fields) {
      Column column = column(field, wanted.test(field));
      if (wanted.test(field)) {
        columns.add(column);
      }
    }
    if (node != header.nodesLength() || buffer != header.buffersLength()) {
      throw new MalformedArrowException(
          "it has "
              + header.nodesLength()
              + " columns in "
              + header.buffersLength()
              + " buffers, but the schema wants "
              + node
              + " in "
              + buffer);
    }
    return columns;
  }

  private Column column(Field field, boolean wanted) throws MalformedArrowException {
    FieldNode found = node < header.nodesLength() ? header.nodes(node) : null;
    node++;
    if (found == null) {
      throw new MalformedArrowException("column '" + field.getName() + "' is missing");
    }
    if (found.length() < 0 || found.nullCount() < 0 || found.nullCount() > found.length()) {
      throw new MalformedArrowException(
          "column '"
              + field.getName()
              + "' claims that "
              + found.nullCount()
              + " of "
              + found.length()
              + " values are missing");
    }
    int count = bufferCount(field);
    var buffers = new ArrayList<ArrowBuf>();
    for (int i = 0; i < count; i++) {
      ArrowBuf packed = nextBuffer(field);
      if (wanted) {
        buffers.add(compression.unpack(packed, allocator));
      }
    }
    var children = new ArrayList<Column>();
    for (Field child : field.getChildren()) {
      children.add(column(child, wanted));
    }
    return new Column(field, found.length(), found.nullCount(), buffers, children);
  }

  private int bufferCount(Field field) throws MalformedArrowException {
    ArrowType type = field.getType();
    if (type instanceof ArrowType.Union && batch.message().version() < MetadataVersion.V5) {
      throw new MalformedArrowException(
          "column '"
              + field.getName()
              + "' is a union in the layout from before Arrow 1.0, which is not supported");
    }
    long more = 0;
    if (type instanceof ArrowType.Utf8View || type instanceof ArrowType.BinaryView) {
      more =
          variadic < header.variadicBufferCountsLength()
              ? header.variadicBufferCounts(variadic++)
              : -1;
    }
    if (more < 0 || more > header.buffersLength()) {
      throw new MalformedArrowException(
          "column '" + field.getName() + "' does not say how many buffers it has");
    }
    return TypeLayout.getTypeBufferCount(type) + (int) more;
  }

  private ArrowBuf nextBuffer(Field field) throws MalformedArrowException {
    Buffer place = buffer < header.buffersLength() ? header.buffers(buffer) : null;
    buffer++;
    if (place == null) {
      throw new MalformedArrowException("a buffer of column '" + field.getName() + "' is missing");
    }
    long offset = place.offset();
    long length = place.length();
    long size = batch.body().writerIndex();
    if (offset < 0 || length < 0 || length > size || offset > size - length) {
      throw new MalformedArrowException(
          "column '"
              + field.getName()
              + "' claims "
              + length
              + " bytes at "
              + offset
              + " of a batch of "
              + size);
    }
    return batch.body().slice(offset, length);
  }
}
