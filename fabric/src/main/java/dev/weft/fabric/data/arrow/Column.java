package dev.weft.fabric.data.arrow;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * What a record batch holds of one column.
 *
 * @param length the number of its values
 * @param nullCount how many of them are missing
 * @param buffers where its values lie; the first says which are missing, and is empty if none is
 */
record Column(
    Field field, long length, long nullCount, List<ArrowBuf> buffers, List<Column> children) {

  /** The buffer of the values themselves, in types whose values have a fixed width. */
  ArrowBuf values() {
    return buffers.get(1);
  }

  /** For each value whether it is missing; asked for when some are. */
  boolean[] nulls() throws MalformedArrowException {
    ArrowBuf validity = buffers.getFirst();
    if (validity.capacity() == 0) {
      throw new MalformedArrowException(
          "column '" + field.getName() + "' does not say which of its values are missing");
    }
    MemorySegment bits = Memory.of(validity, Math.ceilDiv(length, Byte.SIZE));
    boolean[] nulls = new boolean[Math.toIntExact(length)];
    for (int i = 0; i < nulls.length; i++) {
      nulls[i] = (bits.get(ValueLayout.JAVA_BYTE, i >>> 3) >>> (i & 7) & 1) == 0;
    }
    return nulls;
  }

  /** Bytes of its values. */
  long bytes() {
    return children.isEmpty()
        ? values().capacity()
        : children.stream().mapToLong(Column::bytes).sum();
  }
}
