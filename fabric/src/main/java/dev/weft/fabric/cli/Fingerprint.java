package dev.weft.fabric.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a compilation depends on, as SHA-256 in hexadecimal digits. Files that a script only uses
 * count by name, size and time.
 */
final class Fingerprint {

  /** Changes when scripts are compiled or kept in another way. */
  private static final String FORMAT = "weft script 1";

  private final MessageDigest digest;

  private Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /**
   * Of a script, the JDK, Weft and the libraries. The names of other Java files in the script's
   * folder count too: a class with a new name can stand before one that is imported.
   */
  static String of(Path script, Libraries libraries) throws IOException {
    var fingerprint = new Fingerprint();
    fingerprint.add(FORMAT).add(Runtime.version().toString()).add(script.toString());
    for (String entry : modulePath().split(File.pathSeparator)) {
      fingerprint.addUse(Path.of(entry).toAbsolutePath());
    }
    for (Path library : libraries.paths()) {
      fingerprint.addUse(library);
    }
    for (String name : javaFilesBeside(script)) {
      fingerprint.add(name);
    }
    return fingerprint.addBytes(Files.readAllBytes(script)).hex();
  }

  /** Of a file's content. */
  static String ofContent(Path file) throws IOException {
    return new Fingerprint().addBytes(Files.readAllBytes(file)).hex();
  }

  /** Where Weft's modules are; empty when it is on the class path. */
  static String modulePath() {
    return System.getProperty("jdk.module.path", "");
  }

  private static List<String> javaFilesBeside(Path script) throws IOException {
    Path folder = script.toAbsolutePath().getParent();
    if (folder == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .sorted()
          .toList();
    }
  }

  private Fingerprint add(String text) {
    return addBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** With its length, so that two neighbours cannot be taken for two others. */
  private Fingerprint addBytes(byte[] bytes) {
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
    return this;
  }

  private void addUse(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        add(file.toString());
        add(Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
  }

  private String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
