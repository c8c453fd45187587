package dev.weft.fabric.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A script's class files, and what they were compiled from.
 *
 * <p>In a file: the class with the main method, the sources, the classes, each list preceded by its
 * length; at the end CRC-32C of all that. Whoever wants to look inside can run {@code javap} on a
 * jar of their own.
 *
 * @param mainClass the name of the class with the main method
 * @param sources further source files, beside the script itself, and the fingerprint of each
 * @param classes class files by the names of their classes
 */
record CompiledScript(String mainClass, Map<Path, String> sources, Map<String, byte[]> classes) {

  private static final int CRC_BYTES = Integer.BYTES;

  /** As one piece, for a file. */
  byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeUTF(mainClass);
      out.writeInt(sources.size());
      for (Map.Entry<Path, String> source : new TreeMap<>(sources).entrySet()) {
        out.writeUTF(source.getKey().toString());
        out.writeUTF(source.getValue());
      }
      out.writeInt(classes.size());
      for (Map.Entry<String, byte[]> each : new TreeMap<>(classes).entrySet()) {
        out.writeUTF(each.getKey());
        out.writeInt(each.getValue().length);
        out.write(each.getValue());
      }
      out.writeInt(crc(bytes.toByteArray(), bytes.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // only for a name of more than 65,535 bytes
    }
    return bytes.toByteArray();
  }

  /** What a file holds; empty when it is not there, cannot be read or is damaged. */
  static Optional<CompiledScript> read(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int length = bytes.length - CRC_BYTES;
      if (length < 0 || crc(bytes, length) != ByteBuffer.wrap(bytes).getInt(length)) {
        return Optional.empty();
      }
      return Optional.of(read(new DataInputStream(new ByteArrayInputStream(bytes, 0, length))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static CompiledScript read(DataInputStream in) throws IOException {
    String mainClass = in.readUTF();
    var sources = new LinkedHashMap<Path, String>();
    for (int left = in.readInt(); left > 0; left--) {
      sources.put(Path.of(in.readUTF()), in.readUTF());
    }
    var classes = new LinkedHashMap<String, byte[]>();
    for (int left = in.readInt(); left > 0; left--) {
      String name = in.readUTF();
      classes.put(name, in.readNBytes(in.readInt()));
    }
    return new CompiledScript(mainClass, sources, classes);
  }

  private static int crc(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  @Override
  public String toString() {
    return "CompiledScript["
        + mainClass
        + ", classes="
        + Arrays.toString(classes.keySet().toArray())
        + "]";
  }
}
