package dev.weft.fabric.data.table;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.DataException;
import dev.weft.fabric.text.Csv;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of a text file, whose first line names the columns. A column is bool when the first rows
 * say only true and false, int64 when they are whole numbers, and else of the default dtype.
 */
public final class CsvChunks implements Chunks {

  /** Rows that are parsed at once; the first of them decide on dtypes. */
  private static final int ROWS = 4096;

  /** Characters that are parsed at once: fewer rows, if they are long. */
  private static final int CHARACTERS = 1 << 24;

  private record Row(long line, List<String> cells) {}

  private final Path path;
  private final BufferedReader reader;
  private final Csv.Parser parser;
  private final List<String> header;
  private final TableOptions options;
  private final List<String> selected;
  private final DType floating;
  private final Map<String, DType> dtypes;

  private CsvChunks(
      Path path, BufferedReader reader, char delimiter, DType floating, TableOptions options)
      throws IOException {
    this.path = path;
    this.options = options;
    this.floating = floating;
    this.dtypes = new LinkedHashMap<>(options.dtypes());
    this.reader = reader;
    this.parser = new Csv.Parser(reader, delimiter);
    List<String> names = parser.next();
    this.header = names == null ? List.of() : names.stream().map(CsvChunks::name).toList();
    this.selected = options.selection(header);
  }

  /** Opens a file; columns of fractions become {@code floating}. */
  public static CsvChunks open(Path path, char delimiter, DType floating, TableOptions options) {
    try {
      BufferedReader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8);
      try {
        var kind = ForeignFile.kind(start(path));
        if (kind.isPresent()) {
          throw new IOException(kind.get());
        }
        return new CsvChunks(path, reader, delimiter, floating, options);
      } catch (Throwable e) {
        reader.close();
        throw e;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw failed(path, e);
    }
  }

  private static byte[] start(Path path) throws IOException {
    try (var stream = Files.newInputStream(path)) {
      return stream.readNBytes(ForeignFile.TELLING);
    }
  }

  /** A column's name; some programs begin a file with a byte order mark. */
  private static String name(String cell) {
    return (cell.startsWith("\uFEFF") ? cell.substring(1) : cell).strip();
  }

  @Override
  public Optional<Map<String, Tensor>> next() {
    try {
      List<Row> rows = rows();
      if (rows.isEmpty()) {
        return Optional.empty();
      }
      var columns = new LinkedHashMap<String, Tensor>();
      try (var _ = Context.current().withoutScope()) {
        for (String name : selected) {
          columns.put(name, column(name, rows));
        }
      }
      return Optional.of(columns);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private List<Row> rows() throws IOException {
    var rows = new ArrayList<Row>();
    int characters = 0;
    while (rows.size() < ROWS && characters < CHARACTERS) {
      List<String> cells = parser.next();
      if (cells == null) {
        break;
      }
      long line = parser.recordLine();
      if (cells.size() != header.size()) {
        throw new DataException(
            path
                + ": line "
                + line
                + " has "
                + cells.size()
                + " fields, but the first line names "
                + header.size());
      }
      rows.add(new Row(line, cells));
      characters += cells.stream().mapToInt(String::length).sum();
    }
    return rows;
  }

  private Tensor column(String name, List<Row> rows) {
    int at = header.indexOf(name);
    List<Cell> cells =
        rows.stream().map(row -> new Cell(name, row.line(), row.cells().get(at).strip())).toList();
    DType dtype = dtypes.computeIfAbsent(name, _ -> guess(cells));
    Tensor parsed =
        dtype == DType.BOOL
            ? bools(cells)
            : dtype.isFloating()
                ? Tensor.of(cells.stream().mapToDouble(this::number).toArray())
                : Tensor.of(cells.stream().mapToLong(cell -> whole(cell, dtype)).toArray());
    Tensor column = parsed.to(dtype);
    if (column != parsed) {
      parsed.release();
    }
    return column;
  }

  private DType guess(List<Cell> cells) {
    var texts = cells.stream().map(Cell::text).filter(text -> !text.isEmpty()).toList();
    if (!texts.isEmpty() && texts.stream().allMatch(CsvChunks::isBool)) {
      return DType.BOOL;
    }
    boolean fits =
        texts.size() == cells.size()
            || options.nullValue().stream().allMatch(value -> value == Math.rint(value));
    return fits && texts.stream().allMatch(CsvChunks::isWhole) ? DType.INT64 : floating;
  }

  private static boolean isWhole(String text) {
    try {
      Long.parseLong(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isBool(String text) {
    return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
  }

  private Tensor bools(List<Cell> cells) {
    boolean[] values = new boolean[cells.size()];
    for (int row = 0; row < values.length; row++) {
      Cell cell = cells.get(row);
      if (cell.isMissing()) {
        values[row] = stand(cell) != 0;
      } else if (isBool(cell.text())) {
        values[row] = cell.text().equalsIgnoreCase("true");
      } else {
        throw unreadable(cell, "true or false, as the column is");
      }
    }
    return Tensor.of(values);
  }

  private long whole(Cell cell, DType dtype) {
    try {
      long value = cell.isMissing() ? (long) stand(cell) : Long.parseLong(cell.text());
      if (fits(value, dtype)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // the one message for what is no whole number, and for one that is too large
    }
    throw unreadable(cell, "of " + dtype + ", as the column is");
  }

  private static boolean fits(long value, DType dtype) {
    return switch (dtype) {
      case UINT8 -> value >= 0 && value <= 255;
      case INT8 -> value == (byte) value;
      case INT16 -> value == (short) value;
      case INT32 -> value == (int) value;
      default -> true;
    };
  }

  private double number(Cell cell) {
    String text = cell.text();
    try {
      return switch (text) {
        case "" -> stand(cell);
        case "nan", "NaN", "NAN" -> Double.NaN;
        case "inf", "+inf", "Infinity", "+Infinity" -> Double.POSITIVE_INFINITY;
        case "-inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
        case String _ when text.chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0) ->
            Double.parseDouble(text);
        case String _ -> throw unreadable(cell, "a number"); // Java would take 1d and 0x1p3
      };
    } catch (NumberFormatException e) {
      throw unreadable(cell, "a number");
    }
  }

  private record Cell(String column, long line, String text) {

    boolean isMissing() {
      return text.isEmpty();
    }

    @Override
    public String toString() {
      return "line " + line + ", column '" + column + "'";
    }
  }

  private double stand(Cell cell) {
    return options
        .nullValue()
        .orElseThrow(
            () ->
                new DataException(
                    path
                        + ": "
                        + cell
                        + " is empty; say what stands for missing values with nullValue(…)"));
  }

  private DataException unreadable(Cell cell, String expected) {
    return new DataException(
        path
            + ": "
            + cell
            + ": '"
            + cell.text()
            + "' is not "
            + expected
            + "; say what the column is with dtype(…), choose others with columns(…), or clean the"
            + " file");
  }

  private static DataException failed(Path path, Exception e) {
    return new DataException(path + ": " + ForeignFile.reason(e), e);
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw failed(path, e);
    }
  }
}
