package dev.weft.engine.io;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Says what a file is, when it is not what its reader hoped for. */
final class FileKind {

  private FileKind() {}

  /** A noun phrase for a kind of file that is known by its first bytes. */
  static Optional<String> other(FileInput in) throws TensorFileException {
    if (in.size() == 0) {
      return Optional.of("an empty file");
    }
    byte[] head = in.head(512);
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String start = text.stripLeading().toLowerCase(Locale.ROOT);
    return Optional.ofNullable(
        text.startsWith("version https://git-lfs.github.com/spec/")
            ? "a Git LFS pointer, not the file itself; fetch it with: git lfs pull"
            : start.startsWith("<!doctype html") || start.startsWith("<html")
                ? "an HTML page, probably of a download that needs a login or another address"
                : start.startsWith("<?xml") || start.startsWith("<error>")
                    ? "an XML document, probably a server's error message"
                    : binary(in, head, text, start));
  }

  private static @org.jspecify.annotations.Nullable String binary(
      FileInput in, byte[] head, String text, String start) throws TensorFileException {
    if (text.startsWith("PK\3\4") || text.startsWith("PK\5\6")) {
      return "a zip archive, as PyTorch (TorchFile) and NumPy (Npz) write it";
    }
    if (text.startsWith("\u0093NUMPY")) {
      return "a NumPy array; read it with Npy";
    }
    if (text.startsWith("\u0089HDF\r\n")) {
      return "an HDF5 file, as Keras writes it";
    }
    if (text.startsWith("GGUF")) {
      return "a GGUF file of llama.cpp";
    }
    if (text.startsWith("ARROW1")) {
      return "an Arrow file";
    }
    if (text.startsWith("\u001f\u008b")) {
      return "compressed with gzip; unpack it first";
    }
    if (text.startsWith("7z\u00bc\u00af")) {
      return "a 7-zip archive; unpack it first";
    }
    if (head.length > 262 && text.startsWith("ustar", 257)) {
      return "a tar archive; PyTorch wrote such before version 0.1.10, and this is not supported";
    }
    if (head.length >= 2 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5) {
      return "a pickle, as PyTorch wrote before version 1.6; read it with TorchFile";
    }
    if (isSafeTensors(in, head)) {
      return "a safetensors file; read it with SafeTensors";
    }
    return start.startsWith("{") || start.startsWith("[") ? "a JSON document" : null;
  }

  private static boolean isSafeTensors(FileInput in, byte[] head) throws TensorFileException {
    if (head.length < 10 || head[8] != '{') {
      return false;
    }
    long length = in.bytes(0, 8).getLong();
    return length > 0 && length <= in.size() - 8;
  }
}
