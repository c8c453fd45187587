package dev.weft.engine.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds small PyTorch archives by hand, with another zip writer than ours. */
final class TorchZips {

  private TorchZips() {}

  /** A pickle of protocol 2: {@code parts} are bytes as ISO-8859-1 text. */
  static byte[] pickle(String... parts) {
    return ("\u0080\2" + String.join("", parts) + ".").getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(String ascii) {
    return "X" + (char) ascii.length() + "\0\0\0" + ascii;
  }

  /** A float32 tensor over storage 0; the numbers are bytes. */
  static String tensor(int elements, int offset, String shape, String stride) {
    return "ctorch._utils\n_rebuild_tensor_v2\n(("
        + text("storage")
        + "ctorch\nFloatStorage\n"
        + text("0")
        + text("cpu")
        + "K"
        + (char) elements
        + "tQK"
        + (char) offset
        + shape
        + stride
        + "\u0089ccollections\nOrderedDict\n)RtR";
  }

  static byte[] archive(byte[] pickle, byte[]... storages) throws IOException {
    return archive(pickle, records -> {}, storages);
  }

  static byte[] archive(byte[] pickle, Consumer<Map<String, byte[]>> change, byte[]... storages)
      throws IOException {
    Map<String, byte[]> records = new LinkedHashMap<>();
    records.put("m/data.pkl", pickle);
    for (int i = 0; i < storages.length; i++) {
      records.put("m/data/" + i, storages[i]);
    }
    records.put("m/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    change.accept(records);
    return zip(records);
  }

  static byte[] zip(Map<String, byte[]> records) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var record : records.entrySet()) {
        var entry = new ZipEntry(record.getKey());
        var crc = new CRC32();
        crc.update(record.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(record.getValue().length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(record.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }
}
