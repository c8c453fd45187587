package dev.weft.fabric.data.arrow;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * How the buffers of a record batch are packed: not at all, or with LZ4; ZSTD is refused by name.
 */
enum Compression {
  NONE,
  LZ4;

  /**
   * A byte of LZ4 can stand for at most 255 bytes of output; what claims more is no honest file.
   */
  private static final long MOST_GROWTH = 255;

  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** What a record batch says of itself; nothing means that it is not packed. */
  static Compression of(@Nullable BodyCompression declared) throws MalformedArrowException {
    if (declared == null) {
      return NONE;
    }
    if (declared.method() != BodyCompressionMethod.BUFFER) {
      throw new MalformedArrowException("compression method " + declared.method() + " is unknown");
    }
    return switch (declared.codec()) {
      case CompressionType.LZ4_FRAME -> LZ4;
      case CompressionType.ZSTD ->
          throw new MalformedArrowException(
              "the buffers are compressed with ZSTD, which is not read here; write the file with"
                  + " compression='lz4' or 'uncompressed'");
      default ->
          throw new MalformedArrowException("compression " + declared.codec() + " is unknown");
    };
  }

  /** The content of a buffer: part of {@code packed}, or memory of its own. */
  ArrowBuf unpack(ArrowBuf packed, BufferAllocator allocator) throws MalformedArrowException {
    long size = packed.capacity();
    if (this == NONE || size == 0) { // an empty buffer is not packed
      return packed;
    }
    if (size < Long.BYTES) {
      throw new MalformedArrowException("a compressed buffer has only " + size + " bytes");
    }
    MemorySegment memory = Memory.of(packed, size);
    long length = memory.get(LENGTH, 0);
    long rest = size - Long.BYTES;
    if (length == -1) { // packing did not pay
      return packed.slice(Long.BYTES, rest);
    }
    if (length < 0 || length > rest * MOST_GROWTH) {
      throw new MalformedArrowException(
          "a compressed buffer of " + rest + " bytes claims to unpack to " + length);
    }
    ArrowBuf plain = allocator.buffer(length);
    Lz4Frame.unpack(memory.asSlice(Long.BYTES), Memory.of(plain, length));
    return plain;
  }
}
