package dev.weft.engine.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the files of these tests are. */
final class TestFiles {

  private TestFiles() {}

  /** A folder of the test resources; its README has the sources. */
  static Path folder(String name) {
    try {
      return Path.of(TestFiles.class.getResource("/data/" + name + "/").toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Files that other projects made: beside the project, or where -Dweft.testData says. */
  static Optional<Path> real() {
    Path folder = Path.of(System.getProperty("weft.testData", "../../shared/data"), "real");
    return Optional.of(folder).filter(Files::isDirectory);
  }

  static List<Path> in(Path folder, String suffix) {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Json json(Path file) {
    try {
      return Json.parse(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of a safetensors file. */
  static byte[] safeTensors(String header, byte... data) {
    byte[] text = header.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return java.nio.ByteBuffer.allocate(8 + text.length + data.length)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data)
        .array();
  }
}
