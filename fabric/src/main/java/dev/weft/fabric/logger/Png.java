package dev.weft.fabric.logger;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Images as PNG files, 8 bits per channel, without java.desktop. Source: ISO/IEC 15948. */
final class Png {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int BITS = 8;
  private static final int HEADER_BYTES = 13;

  private Png() {}

  /**
   * @param pixels row by row, the channels of a pixel side by side: 1 grey, 3 RGB, 4 RGBA
   */
  static byte[] encode(byte[] pixels, int width, int height, int channels) {
    byte colourType = (byte) (channels == 1 ? 0 : channels == 3 ? 2 : 6);
    byte[] header =
        ByteBuffer.allocate(HEADER_BYTES)
            .putInt(width)
            .putInt(height)
            .put((byte) BITS)
            .put(colourType)
            .array();
    int row = width * channels;
    var filtered = ByteBuffer.allocate((row + 1) * height);
    for (int y = 0; y < height; y++) {
      filtered.put((byte) 0).put(pixels, y * row, row);
    }
    var out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    chunk(out, "IHDR", header);
    chunk(out, "IDAT", deflated(filtered.array()));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static byte[] deflated(byte[] data) {
    try (var deflater = new Deflater()) {
      deflater.setInput(data);
      deflater.finish();
      var out = new ByteArrayOutputStream();
      byte[] buffer = new byte[1 << 14];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }
}
