package dev.weft.fabric.data.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import dev.weft.fabric.data.DataException;
import dev.weft.fabric.data.table.TableOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are cut off, altered, or something else: refused with one kind of exception. */
class DamagedArrowTest {

  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(Path.of("src/test/resources/data/arrow", name));
  }

  private static TableOptions options(String name) {
    return name.startsWith("between")
        ? TableOptions.ALL.columns(List.of("first", "last"))
        : TableOptions.ALL.nullValue(-1);
  }

  /** The number of rows. */
  private static long readAll(String name, byte[] bytes) {
    long rows = 0;
    try (var chunks = ArrowChunks.open(name, bytes, options(name))) {
      for (var next = chunks.next(); next.isPresent(); next = chunks.next()) {
        rows += next.get().values().iterator().next().size(0);
        next.get().values().forEach(Tensor::release);
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"numbers.arrow", "numbers.arrows", "numbers-lz4.arrow", "numbers-legacy.arrows"})
  void aFileThatIsCutOffIsRefused(String name) throws IOException {
    byte[] whole = file(name);
    for (int length = 0; length < whole.length; length += 13) {
      byte[] part = Arrays.copyOf(whole, length);
      try {
        // a stream may end after any record batch: its mark of the end is not required
        assertThat(readAll(name, part)).as("%s of %d bytes", name, length).isIn(0L, 4L, 8L, 10L);
        assertThat(name).endsWith(".arrows");
      } catch (DataException e) {
        assertThat(e).hasMessageStartingWith(name + ": ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "numbers.arrow",
        "numbers.arrows",
        "numbers-lz4.arrow",
        "gaps.arrow",
        "between.arrow",
        "tensors.arrow"
      })
  void anAlteredByteIsHarmless(String name) throws IOException {
    byte[] bytes = file(name);
    var random = new Random(1);
    for (int at = 0; at < bytes.length; at += 2) {
      byte before = bytes[at];
      bytes[at] = (byte) random.nextInt();
      try {
        readAll(name, bytes);
      } catch (DataException e) {
        assertThat(e).hasMessageStartingWith(name + ": ");
      }
      bytes[at] = before;
    }
  }

  /** Every byte of the packed columns is covered by a checksum or changes what comes out. */
  @Test
  void damageInsideLz4DataIsNoticedOrKeepsTheLength() throws IOException {
    byte[] bytes = file("packed.arrow");
    for (int at = bytes.length / 3; at < bytes.length - 2000; at += 997) {
      byte before = bytes[at];
      bytes[at] ^= 0x55;
      try {
        assertThat(readAll("packed.arrow", bytes)).isEqualTo(12_000);
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("LZ4");
      }
      bytes[at] = before;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n|Git LFS pointer",
        "<!DOCTYPE html><html><body>Log in</body></html>|HTML page",
        "\u001f\u008b\u0008 packed|gzip",
        "PK\u0003\u0004 packed|zip archive",
        "|the file is empty",
        "ARROW1\u0000\u0000|cut off",
        "ARROW1|cut off",
        "a,b\n1,2\n3,4\n|no Arrow file",
        "abc|no Arrow file",
        "\u0000\u0000\u0000\u0000|no Arrow file",
      })
  void whatIsNoArrowFileIsCalledByItsName(String contentAndName) {
    int bar = contentAndName.indexOf('|');
    byte[] content = contentAndName.substring(0, bar).getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> readAll("x.arrow", content))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("x.arrow: ")
        .hasMessageContaining(contentAndName.substring(bar + 1));
  }

  @Test
  void aBatchMayNotTakeMoreMemoryThanAllowed() throws IOException {
    byte[] bytes = file("packed.arrow");
    var little = TableOptions.ALL.memoryLimit(100_000);
    try (var chunks = ArrowChunks.open("packed.arrow", bytes, little)) {
      assertThatThrownBy(chunks::next)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("packed.arrow: record batch 0")
          .hasMessageContaining("memoryLimit(…)");
    }
  }
}
