package dev.weft.fabric.data.arrow;

import java.lang.foreign.MemorySegment;
import org.apache.arrow.memory.ArrowBuf;

/** Arrow's buffers as memory segments. */
final class Memory {

  private Memory() {}

  /** The first {@code bytes} of a buffer. Valid as long as somebody retains the buffer. */
  static MemorySegment of(ArrowBuf buffer, long bytes) throws MalformedArrowException {
    if (bytes > buffer.capacity()) {
      throw new MalformedArrowException(
          "a buffer has " + buffer.capacity() + " bytes where " + bytes + " are needed");
    }
    return MemorySegment.ofAddress(buffer.memoryAddress()).reinterpret(bytes);
  }
}
