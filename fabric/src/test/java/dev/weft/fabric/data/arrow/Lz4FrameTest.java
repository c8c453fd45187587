package dev.weft.fabric.data.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames written by hand after the specification; packed tables are read elsewhere. */
class Lz4FrameTest {

  /** Version 1, independent blocks, no checksums; largest block 64 KiB; the header's checksum. */
  private static final String HEADER = "04224d18 60 40 82";

  private static final String END = "00000000";

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static String unpacked(int length, String... hex) {
    try (var arena = Arena.ofConfined()) {
      byte[] packed = bytes(String.join("", hex));
      MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_BYTE, packed);
      MemorySegment out = arena.allocate(Math.max(1, length)).asSlice(0, length);
      Lz4Frame.unpack(in, out);
      return new String(out.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void literalsAndCopies() {
    // 3 literals "abc", then 7 bytes from 3 back; last 2 literals "de"
    assertThat(unpacked(12, HEADER, "09000000 33 616263 0300 20 6465", END))
        .isEqualTo("abcabcabcade");
  }

  @Test
  void longLengthsContinueInMoreBytes() {
    // 1 literal, then a copy of 4 + 15 + 255 + 1 bytes from 1 back, then 1 literal
    assertThat(unpacked(277, HEADER, "08000000 1f 61 0100 ff01 10 62", END))
        .isEqualTo("a".repeat(276) + "b");
  }

  @Test
  void storedBlocksAndSeveralFrames() {
    String stored = HEADER + "03000080 616263" + END;
    assertThat(unpacked(6, stored, stored)).isEqualTo("abcabc");
    assertThat(unpacked(3, "502a4d18 02000000 ffff", stored))
        .as("a skippable frame")
        .isEqualTo("abc");
  }

  @Test
  void anEmptyFrame() {
    assertThat(unpacked(0, HEADER, END)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "04224d18 60 40 83 00000000|header does not agree",
        "04224d18 20 40 82 00000000|version 0",
        "04224d18 61 40 82 00000000|dictionary",
        "ffffffff|do not begin with an LZ4 frame",
        "04224d18 60 40 82 09000000 33 616263 0400 20 6465 00000000|before their beginning",
        "04224d18 60 40 82 09000000 33 616263 0000 20 6465 00000000|before their beginning",
        "04224d18 60 40 82 09000000 f3 616263 0300 20 6465 00000000|damaged",
        "04224d18 60 40 82 ff000000 33 616263 0300 20 6465 00000000|damaged",
        "04224d18 60 40 82 09000000 33 616263 0300|damaged",
        "04224d18 60 40 82|damaged",
        "04224d18 60 40 82 00000000|unpack to 0 bytes",
      })
  void damagedFramesAreRefused(String hex, String cause) {
    assertThatThrownBy(() -> unpacked(12, hex))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(cause);
  }

  /** From the specification of xxHash: the empty input, and inputs of known text. */
  @ParameterizedTest
  @CsvSource({
    "'', 02cc5d05",
    "a, 550d7456",
    "abc, 32d153ff",
    "Nobody inspects the spammish repetition, e2293b2f"
  })
  void checksums(String text, String expected) {
    try (var arena = Arena.ofConfined()) {
      byte[] content = text.getBytes(StandardCharsets.US_ASCII);
      MemorySegment data = arena.allocate(Math.max(1, content.length)).asSlice(0, content.length);
      MemorySegment.copy(content, 0, data, ValueLayout.JAVA_BYTE, 0, content.length);
      assertThat(XxHash32.of(data)).isEqualTo(Integer.parseUnsignedInt(expected, 16));
    }
  }
}
