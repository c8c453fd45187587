package dev.weft.engine.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A file that is read by position, never beyond its end. Not mapped into memory: if somebody cuts a
 * mapped file short, the next access ends the process, and here it is an exception.
 *
 * <p>Confined to one thread.
 */
final class FileInput implements AutoCloseable {

  /** What the system is asked for at once. */
  private static final long CHUNK = 8 << 20;

  /** What tells one version of a file from the next. */
  record Version(long size, long modified, Optional<Object> key) {}

  private final Path path;
  private final FileChannel channel;
  private final Version version;

  /** Where in the file it begins; 0 but for a {@link #part}. */
  private final long start;

  private FileInput(Path path, FileChannel channel, Version version, long start) {
    this.path = path;
    this.channel = channel;
    this.version = version;
    this.start = start;
  }

  static FileInput open(Path path) throws TensorFileException {
    try {
      var attributes = Files.readAttributes(path, BasicFileAttributes.class);
      // Asked before opening: opening a pipe would wait for a writer.
      if (!attributes.isRegularFile()) {
        throw new TensorFileException(
            path, attributes.isDirectory() ? "is a folder, not a file" : "is not a regular file");
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new FileInput(
          path,
          channel,
          new Version(
              channel.size(),
              attributes.lastModifiedTime().toMillis(),
              Optional.ofNullable(attributes.fileKey())),
          0);
    } catch (NoSuchFileException e) {
      throw new TensorFileException(path, "does not exist", e);
    } catch (AccessDeniedException e) {
      throw new TensorFileException(path, "may not be read (permission denied)", e);
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(path, "cannot be opened: " + e.getMessage(), e);
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return version.size;
  }

  Version version() {
    return version;
  }

  /**
   * A part of the file as if it were a file of its own, to be read as long as this one is open.
   *
   * @throws TensorFileException when the file does not have that part
   */
  FileInput part(long position, long length) throws TensorFileException {
    if (position < 0 || length < 0 || position > size() || length > size() - position) {
      throw wrong(
          "has "
              + size()
              + " bytes, and no part of "
              + length
              + " at byte "
              + position
              + "; it may have been cut off");
    }
    var piece = new Version(length, version.modified, version.key);
    return new FileInput(path, channel, piece, start + position);
  }

  /** Fills {@code target} from {@code position} on. */
  void read(long position, MemorySegment target) throws TensorFileException {
    for (long done = 0; done < target.byteSize(); ) {
      long count = Math.min(CHUNK, target.byteSize() - done);
      int got = read(position + done, target.asSlice(done, count).asByteBuffer());
      done += got;
    }
  }

  private int read(long position, ByteBuffer target) throws TensorFileException {
    try {
      if (target.remaining() > size() - position) {
        throw wrong("ends at byte " + size() + " in the middle of what should be there");
      }
      int got = channel.read(target, start + position);
      if (got < 0) {
        throw wrong("ends at byte " + position + " in the middle of what should be there");
      }
      return got;
    } catch (ClosedByInterruptException e) {
      throw new TensorFileException(path, "reading was interrupted at byte " + position, e);
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(
          path, "cannot be read at byte " + position + ": " + e.getMessage(), e);
    }
  }

  /** A small part of the file, little-endian. The caller has checked that it is small. */
  ByteBuffer bytes(long position, int count) throws TensorFileException {
    byte[] bytes = new byte[count];
    read(position, MemorySegment.ofArray(bytes));
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Up to {@code most} bytes from the start, for telling kinds of files apart. */
  byte[] head(int most) throws TensorFileException {
    return bytes(0, (int) Math.min(most, size())).array();
  }

  /** A part of the file as a stream. */
  InputStream stream(long position, long length) {
    return new InputStream() {
      private long at = position;
      private final long end = position + length;

      @Override
      public int read() throws TensorFileException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] into, int from, int count) throws TensorFileException {
        if (count == 0) {
          return 0;
        }
        if (at == end) {
          return -1;
        }
        int got =
            FileInput.this.read(at, ByteBuffer.wrap(into, from, (int) Math.min(count, end - at)));
        at += got;
        return got;
      }
    };
  }

  TensorFileException wrong(String problem) {
    return new TensorFileException(
        path, start == 0 ? problem : "the part at byte " + start + ": " + problem);
  }

  @Override
  public void close() throws TensorFileException {
    try {
      channel.close();
    } catch (IOException e) {
      throw new TensorFileException(path, "cannot be closed: " + e.getMessage(), e);
    }
  }
}
