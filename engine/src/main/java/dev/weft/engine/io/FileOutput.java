package dev.weft.engine.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** What an {@link AtomicFile} is written through: front to back, small pieces gathered. */
final class FileOutput {

  private static final long CHUNK = 8 << 20;

  private final Disk disk;
  private final FileChannel channel;
  private final ByteBuffer small = ByteBuffer.allocateDirect(1 << 16);
  private long written;

  FileOutput(Disk disk, FileChannel channel) {
    this.disk = disk;
    this.channel = channel;
  }

  /** Bytes written so far. */
  long position() {
    return written + small.position();
  }

  void write(byte[] bytes) throws IOException {
    write(MemorySegment.ofArray(bytes));
  }

  void write(ByteBuffer bytes) throws IOException {
    write(MemorySegment.ofBuffer(bytes));
  }

  void write(MemorySegment bytes) throws IOException {
    if (bytes.byteSize() > small.remaining()) {
      flush();
    }
    if (bytes.byteSize() <= small.remaining()) {
      small.put(bytes.asByteBuffer());
      return;
    }
    for (long done = 0; done < bytes.byteSize(); done += CHUNK) {
      drain(bytes.asSlice(done, Math.min(CHUNK, bytes.byteSize() - done)).asByteBuffer());
    }
  }

  void writeLong(long value) throws IOException {
    write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value).array());
  }

  void flush() throws IOException {
    drain(small.flip());
    small.clear();
  }

  private void drain(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      written += disk.write(channel, bytes);
    }
  }
}
