package dev.weft.fabric.logger;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * A file of events as TensorBoard reads them: each a record of its length (8 bytes, little-endian),
 * the masked CRC-32C of these bytes, the message, and its masked CRC-32C. The first event says the
 * version of the format, {@code brain.Event:2}.
 *
 * <p>Not thread-safe.
 */
final class EventFile implements AutoCloseable {

  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int GRAPH = 4;
  private static final int SUMMARY = 5;

  private static final int MASK_ROTATION = 15;
  private static final int MASK_DELTA = 0xA282EAD8;
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

  private final OutputStream out;

  /** Starts a new file in a folder, which is made if need be. */
  EventFile(Path folder) throws IOException {
    Files.createDirectories(folder);
    String prefix =
        "events.out.tfevents."
            + Instant.now().getEpochSecond()
            + "."
            + host()
            + "."
            + ProcessHandle.current().pid()
            + ".";
    out = new BufferedOutputStream(create(folder, prefix));
    write(new ProtoMessage().text(FILE_VERSION, "brain.Event:2"));
  }

  private static OutputStream create(Path folder, String prefix) throws IOException {
    for (int number = 0; ; number++) {
      try {
        return Files.newOutputStream(
            folder.resolve(prefix + number),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE);
      } catch (java.nio.file.FileAlreadyExistsException e) {
        // Another logger of this process writes here.
      }
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** Adds a summary of a step. */
  void summary(ProtoMessage summary, long step) throws IOException {
    write(new ProtoMessage().integer(STEP, step).message(SUMMARY, summary));
  }

  /** Adds the graph of a model. */
  void graph(ProtoMessage graph) throws IOException {
    write(new ProtoMessage().bytes(GRAPH, graph.toBytes()));
  }

  private void write(ProtoMessage event) throws IOException {
    Instant now = Instant.now();
    byte[] message = event.float64(WALL_TIME, now.getEpochSecond() + now.getNano() / 1e9).toBytes();
    var record =
        ByteBuffer.allocate(HEADER_BYTES + message.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(message.length);
    record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
    record.put(message);
    record.putInt(maskedCrc(message, 0, message.length));
    out.write(record.array());
  }

  /** The checksum, changed so that checksums of data that hold checksums are no special values. */
  private static int maskedCrc(byte[] bytes, int from, int count) {
    var crc = new CRC32C();
    crc.update(bytes, from, count);
    return Integer.rotateRight((int) crc.getValue(), MASK_ROTATION) + MASK_DELTA;
  }

  void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
