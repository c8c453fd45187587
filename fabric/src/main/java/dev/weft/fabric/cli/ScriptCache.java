package dev.weft.fabric.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Scripts that were compiled before, in files named after what they were compiled from, so that an
 * entry never changes. It may be lost, damaged or read-only: then the script is compiled again.
 *
 * <p>Any number of processes may use it at a time: files appear under their names whole.
 *
 * @param folder where the files are; it need not exist
 */
record ScriptCache(Path folder) {

  /** What nobody used for so long is deleted when something else is compiled. */
  private static final Duration KEPT = Duration.ofDays(30);

  /** A use is noted down to this much. */
  private static final Duration NOTED = Duration.ofDays(1);

  /** The cache of this user, where the system keeps such things. */
  static ScriptCache ofUser() {
    return new ScriptCache(
        folder(System.getProperty("os.name"), System.getProperty("user.home"), System.getenv()));
  }

  static Path folder(String system, String home, Map<String, String> variables) {
    String name = system.toLowerCase(Locale.ROOT);
    Path caches =
        name.startsWith("windows")
            ? absolute(variables.get("LOCALAPPDATA")).orElse(Path.of(home, "AppData", "Local"))
            : absolute(variables.get("XDG_CACHE_HOME"))
                .orElse(
                    name.startsWith("mac")
                        ? Path.of(home, "Library", "Caches")
                        : Path.of(home, ".cache"));
    return caches.resolve("weft").resolve("scripts");
  }

  private static Optional<Path> absolute(@Nullable String path) {
    return Optional.ofNullable(path).map(Path::of).filter(Path::isAbsolute);
  }

  /**
   * The compiled form of a script, from here if it is here.
   *
   * @throws CommandException when the script does not compile
   */
  Target.Compiled compiled(Path source, Libraries libraries) {
    try {
      Path entry = folder.resolve(name(source, Fingerprint.of(source, libraries)));
      Optional<CompiledScript> found = CompiledScript.read(entry).filter(ScriptCache::isUpToDate);
      if (found.isPresent()) {
        noteUse(entry);
        return new Target.Compiled(entry, found.get());
      }
      CompiledScript script = ScriptCompiler.compile(source, libraries);
      return new Target.Compiled(keep(entry, script.toBytes()), script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path source, String fingerprint) {
    return source.getFileName() + "-" + fingerprint + Target.Compiled.ENDING;
  }

  private static boolean isUpToDate(CompiledScript script) {
    for (Map.Entry<Path, String> source : script.sources().entrySet()) {
      try {
        if (!Fingerprint.ofContent(source.getKey()).equals(source.getValue())) {
          return false;
        }
      } catch (IOException e) {
        return false; // it has gone
      }
    }
    return true;
  }

  /** Writes an entry, here or, if that cannot be, among the temporary files. */
  private Path keep(Path entry, byte[] bytes) throws IOException {
    try {
      Files.createDirectories(folder);
      write(entry, bytes);
      removeUnused();
      return entry;
    } catch (IOException e) {
      System.err.println(
          "fabric: the script will be compiled again next time, because the folder "
              + folder
              + " cannot be used: "
              + e);
      Path temporary = Files.createTempFile("weft-", Target.Compiled.ENDING);
      temporary.toFile().deleteOnExit();
      Files.write(temporary, bytes);
      return temporary;
    }
  }

  private void write(Path entry, byte[] bytes) throws IOException {
    Path part = Files.createTempFile(folder, "", ".part");
    try {
      Files.write(part, bytes);
      Files.move(part, entry, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void noteUse(Path entry) {
    try {
      Instant now = Instant.now();
      if (Files.getLastModifiedTime(entry).toInstant().isBefore(now.minus(NOTED))) {
        Files.setLastModifiedTime(entry, FileTime.from(now));
      }
    } catch (IOException e) {
      // It is compiled once more, then.
    }
  }

  private void removeUnused() {
    Instant limit = Instant.now().minus(KEPT);
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      for (Path file : all) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      // Another process does the same, or it can be done next time.
    }
  }
}
