package dev.weft.fabric.data.arrow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Bytes that can be read at any place: a file, or an array. */
interface ByteSource extends AutoCloseable {

  long size() throws IOException;

  /** Reads some bytes from {@code at} on; −1 when none follow. */
  int read(ByteBuffer target, long at) throws IOException;

  @Override
  void close() throws IOException;

  static ByteSource of(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path);
    return new ByteSource() {
      @Override
      public long size() throws IOException {
        return channel.size();
      }

      @Override
      public int read(ByteBuffer target, long at) throws IOException {
        return channel.read(target, at);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  static ByteSource of(byte[] bytes) {
    return new ByteSource() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(ByteBuffer target, long at) {
        int count = (int) Math.min(target.remaining(), bytes.length - at);
        if (count <= 0) {
          return -1;
        }
        target.put(bytes, (int) at, count);
        return count;
      }

      @Override
      public void close() {}
    };
  }
}
