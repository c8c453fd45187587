package dev.weft.fabric.logger;

import dev.weft.engine.Tensor;
import dev.weft.fabric.text.Csv;
import dev.weft.fabric.text.PythonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one {@code metrics.csv}. Rows are held back until {@link #save}. A name that
 * was not seen before widens the table: the file is written anew, with empty cells in old rows.
 *
 * <p>Thread-safe.
 */
public final class CSVWriter {

  private static final System.Logger LOG = System.getLogger(CSVWriter.class.getName());
  private static final String FILE = "metrics.csv";
  private static final String STEP = "step";
  private static final String LINE_END = "\r\n";

  private final @Nullable Path folder;
  private final TreeSet<String> columns = new TreeSet<>();
  private final List<Map<String, String>> rows = new ArrayList<>();
  private boolean newColumns;

  private CSVWriter(@Nullable Path folder) {
    this.folder = folder;
  }

  /** A writer that ignores everything: what ranks other than 0 get. */
  static CSVWriter inert() {
    return new CSVWriter(null);
  }

  /** Makes the folder. What an earlier run left there is replaced, with a warning. */
  static CSVWriter in(Path folder) {
    try {
      if (Files.isDirectory(folder) && !isEmpty(folder)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "CSVLogger: the folder {0} exists and is not empty; its " + FILE + " is replaced",
            folder);
        Files.deleteIfExists(folder.resolve(FILE));
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed("make", folder, e);
    }
    return new CSVWriter(folder);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      return !entries.iterator().hasNext();
    }
  }

  /** Adds a row. Without a step its number is that of the rows held back. Returns the step. */
  public synchronized long logMetrics(Map<String, ?> metrics, OptionalLong step) {
    long number = step.orElse(rows.size());
    if (folder != null) {
      var row = new HashMap<String, String>();
      metrics.forEach((name, value) -> row.put(name, text(name, value)));
      row.put(STEP, Long.toString(number));
      newColumns |= columns.addAll(row.keySet());
      rows.add(row);
    }
    return number;
  }

  private static String text(String name, @Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Tensor tensor when tensor.numel() != 1 ->
          throw new IllegalArgumentException(
              "logMetrics: '"
                  + name
                  + "' is a tensor of shape "
                  + tensor.shape()
                  + "; log single numbers, such as its mean");
      case Tensor tensor when tensor.dtype().isFloating() -> PythonText.of(tensor.item());
      case Tensor tensor when tensor.dtype().isInteger() -> PythonText.of(tensor.itemLong());
      case Tensor tensor -> PythonText.of(tensor.itemLong() != 0);
      default -> PythonText.of(value);
    };
  }

  /** Writes the rows that were held back. */
  public synchronized void save() {
    if (folder == null || rows.isEmpty()) {
      return;
    }
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      boolean exists = Files.exists(file);
      if (newColumns && exists) {
        widen(file);
      }
      newColumns = false;
      var text = new StringBuilder();
      if (!exists) {
        text.append(Csv.record(List.copyOf(columns))).append(LINE_END);
      }
      rows.forEach(row -> append(text, row));
      Files.writeString(
          file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      rows.clear();
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private void append(StringBuilder text, Map<String, String> row) {
    var cells = columns.stream().map(column -> row.getOrDefault(column, "")).toList();
    text.append(Csv.record(cells)).append(LINE_END);
  }

  /** Writes the file again with all columns; at every moment one whole table is there. */
  private void widen(Path file) throws IOException {
    var text = new StringBuilder(Csv.record(List.copyOf(columns))).append(LINE_END);
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      var parser = new Csv.Parser(reader, ',');
      List<String> header = parser.next();
      for (var cells = parser.next(); header != null && cells != null; cells = parser.next()) {
        var row = new HashMap<String, String>();
        for (int i = 0; i < Math.min(cells.size(), header.size()); i++) {
          row.put(header.get(i), cells.get(i));
        }
        append(text, row);
      }
    }
    Path draft = file.resolveSibling(FILE + ".tmp");
    Files.writeString(draft, text, StandardCharsets.UTF_8);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static UncheckedIOException failed(String what, Path path, IOException e) {
    return new UncheckedIOException("CSVLogger: cannot " + what + " " + path + ": " + e, e);
  }
}
