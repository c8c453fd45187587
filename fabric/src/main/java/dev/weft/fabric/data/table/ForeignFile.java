package dev.weft.fabric.data.table;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Optional;

/** Says why a file is not the table that its reader hoped for. */
public final class ForeignFile {

  /** So many bytes from the beginning are enough to tell. */
  public static final int TELLING = 64;

  private ForeignFile() {}

  /** What is known of a file that begins with these bytes. */
  public static Optional<String> kind(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    String word = text.stripLeading().toLowerCase(Locale.ROOT);
    if (start.length == 0) {
      return Optional.of("the file is empty");
    }
    if (text.startsWith("version https://git-lfs.github.com/spec/")) {
      return Optional.of(
          "this is a Git LFS pointer, not the file itself; fetch it with: git lfs pull");
    }
    if (word.startsWith("<!doctype html") || word.startsWith("<html")) {
      return Optional.of(
          "this is an HTML page, probably of a download that needs a login or another address");
    }
    if (text.startsWith("\u001f\u008b")) {
      return Optional.of("this is compressed with gzip; unpack it first");
    }
    if (text.startsWith("PK\3\4")) {
      return Optional.of("this is a zip archive; unpack it first");
    }
    if (text.startsWith("PAR1")) {
      return Optional.of("this is a Parquet file, which is not read; write it as an Arrow file");
    }
    if (text.startsWith("FEA1")) {
      return Optional.of("this is a Feather file of version 1; write it again as version 2");
    }
    return Optional.empty();
  }

  /** Why a table could not be read. */
  public static String reason(Exception e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "it may not be read by this user";
      case CharacterCodingException _ -> "it is not text in UTF-8";
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
