package dev.weft.fabric.data.arrow;

import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Null;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.jspecify.annotations.Nullable;

/**
 * Walks a schema before it is turned into objects. In a hostile file many references may lead to
 * one part, so that a few bytes would grow into gigabytes: what the walk meets is counted, however
 * often it is shared.
 */
final class SchemaGuard {

  private static final int MOST_FIELDS = 100_000;
  private static final int DEEPEST = 64;
  private static final long MOST_TEXT = 16 << 20;

  private int fields;
  private long text;

  private SchemaGuard() {}

  /** The schema, if it is there and not overgrown. */
  static Schema checked(@Nullable Schema schema) throws MalformedArrowException {
    if (schema == null) {
      throw new MalformedArrowException("there is no schema");
    }
    if (schema.endianness() != Endianness.Little) {
      throw new MalformedArrowException("its numbers are big-endian, which is not supported");
    }
    var guard = new SchemaGuard();
    guard.texts(schema.customMetadataLength(), schema::customMetadata);
    for (int i = 0; i < schema.fieldsLength(); i++) {
      guard.field(schema.fields(i), 1);
    }
    return schema;
  }

  private void field(@Nullable Field field, int depth) throws MalformedArrowException {
    if (field == null || ++fields > MOST_FIELDS || depth > DEEPEST) {
      throw new MalformedArrowException(
          "the schema has more than "
              + MOST_FIELDS
              + " fields, or nests them deeper than "
              + DEEPEST);
    }
    text(field.nameAsByteBuffer());
    texts(field.customMetadataLength(), field::customMetadata);
    if (field.type(new Null()) == null) {
      throw new MalformedArrowException("a field has no type");
    }
    if (field.typeType() == Type.Timestamp && field.type(new Timestamp()) instanceof Timestamp t) {
      text(t.timezoneAsByteBuffer());
    }
    if (field.typeType() == Type.Union && field.type(new Union()) instanceof Union union) {
      count(4L * union.typeIdsLength());
    }
    for (int i = 0; i < field.childrenLength(); i++) {
      field(field.children(i), depth + 1);
    }
  }

  @FunctionalInterface
  private interface Entries {
    @Nullable KeyValue at(int index);
  }

  private void texts(int count, Entries entries) throws MalformedArrowException {
    for (int i = 0; i < count; i++) {
      KeyValue entry = entries.at(i);
      if (entry == null) {
        throw new MalformedArrowException("an entry of the schema's metadata is missing");
      }
      count(16);
      text(entry.keyAsByteBuffer());
      text(entry.valueAsByteBuffer());
    }
  }

  private void text(@Nullable ByteBuffer bytes) throws MalformedArrowException {
    if (bytes != null) {
      count(bytes.remaining());
    }
  }

  private void count(long bytes) throws MalformedArrowException {
    text += bytes;
    if (text > MOST_TEXT) {
      throw new MalformedArrowException(
          "names and metadata of the schema take more than " + MOST_TEXT + " bytes");
    }
  }
}
