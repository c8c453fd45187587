package dev.weft.fabric.logger;

import dev.weft.fabric.RankZero;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder {@code root/name/version_n} of a run. The number is chosen when it is first asked for;
 * rank 0 takes it by making the folder, so that two runs that start at once get different ones.
 *
 * <p>Thread-safe.
 */
final class RunDirectory {

  private static final String PREFIX = "version_";

  /**
   * Which run it is.
   *
   * @param label what the logger calls it
   * @param folder the name of its folder
   */
  record Version(String label, String folder) {

    static Version of(long number) {
      return new Version(Long.toString(number), PREFIX + number);
    }

    static Version of(String text) {
      return new Version(text, text);
    }
  }

  private final Path root;
  private final String name;
  private Optional<Version> version;

  /** Without a version, the next free number is taken. */
  RunDirectory(Path root, String name, Optional<Version> version) {
    this.root = root;
    this.name = name;
    this.version = version;
  }

  Path root() {
    return root;
  }

  String name() {
    return name;
  }

  synchronized Version version() {
    if (version.isEmpty()) {
      version = Optional.of(Version.of(RankZero.isZero() ? claim() : next()));
    }
    return version.get();
  }

  private Path experiment() {
    return name.isEmpty() ? root : root.resolve(name);
  }

  /** The folder of this run; it need not exist yet. */
  Path path() {
    return experiment().resolve(version().folder());
  }

  private long claim() {
    try {
      Files.createDirectories(experiment());
      for (long number = next(); ; number++) {
        if (created(experiment().resolve(PREFIX + number))) {
          return number;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "logger: cannot make a folder in " + experiment() + ": " + e, e);
    }
  }

  private static boolean created(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** One more than the largest number in use; {@code version_7_old} counts as 7. */
  private long next() {
    Path folder = experiment();
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    long next = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path entry : entries) {
        String number = entry.getFileName().toString().split("_", -1)[1];
        // 18 digits are the most that a long surely holds.
        if (number.matches("[0-9]{1,18}") && Files.isDirectory(entry)) {
          next = Math.max(next, Long.parseLong(number) + 1);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("logger: cannot read the folder " + folder + ": " + e, e);
    }
    return next;
  }
}
