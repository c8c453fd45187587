import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs google-java-format over all Java files below some folders, in one JVM. The build calls it
 * with the formatter on the class path: {@code java -cp google-java-format-all-deps.jar Format.java
 * check|write FOLDER…}
 *
 * <p>{@code check} names the files that differ and fails; {@code write} puts them right.
 */
final class Format {

  private Format() {}

  public static void main(String[] args) throws IOException {
    boolean write =
        switch (args[0]) {
          case "write" -> true;
          case "check" -> false;
          default -> throw new IllegalArgumentException("check or write expected: " + args[0]);
        };
    List<Path> changed =
        Stream.of(args)
            .skip(1)
            .map(Path::of)
            .filter(Files::isDirectory)
            .flatMap(Format::javaFiles)
            .parallel()
            .filter(file -> format(file, write))
            .sorted()
            .toList();
    changed.forEach(file -> System.out.println((write ? "formatted " : "not formatted: ") + file));
    if (!write && !changed.isEmpty()) {
      System.out.println("To format all sources: mvn -q process-sources -Pformat");
      System.exit(1);
    }
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether the file differs from its formatted text, which replaces it where {@code write} is set.
   */
  private static boolean format(Path file, boolean write) {
    try {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (source.equals(formatted)) {
        return false;
      }
      if (write) {
        Files.writeString(file, formatted);
      }
      return true;
    } catch (FormatterException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
