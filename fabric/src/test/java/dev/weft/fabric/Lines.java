package dev.weft.fabric;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The tables that were recorded from Lightning. */
public final class Lines {

  private Lines() {}

  /** The lines of a table. */
  public static List<String> of(String table) {
    try (var in = Lines.class.getResourceAsStream("/lightning/" + table)) {
      if (in == null) {
        throw new IllegalArgumentException("no table " + table);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
