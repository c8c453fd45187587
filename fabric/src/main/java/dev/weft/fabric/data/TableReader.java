package dev.weft.fabric.data;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Records;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.arrow.ArrowChunks;
import dev.weft.fabric.data.table.Chunks;
import dev.weft.fabric.data.table.CsvChunks;
import dev.weft.fabric.data.table.TableOptions;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Tables in files as datasets: each column becomes a tensor, each row a sample. Made by {@link
 * Datasets#fromArrow} and {@link Datasets#fromCsv}.
 *
 * {@snippet :
 * record Row(Tensor features, Tensor label) {}
 * Dataset<Row> rows = Datasets.fromArrow(Path.of("train.arrow")).dataset(Row.class);
 * IterableDataset<Map<String, Tensor>> large =
 *     Datasets.fromCsv(Path.of("huge.csv")).columns("x", "y").stream();
 * }
 *
 * <p>Whatever is wrong with a file is a {@link DataException} that names the file, the place and
 * the cause. The files are opened when rows are asked for.
 *
 * <p>Immutable.
 */
public final class TableReader {

  /** Parts of fewer rows are joined, because batches are gathered part by part. */
  private static final long ROWS_OF_A_PART = 1 << 16;

  private final List<Path> files;
  private final Format format;
  private final TableOptions options;

  @FunctionalInterface
  private interface Format {
    Chunks open(Path file, TableOptions options);
  }

  private TableReader(List<Path> files, Format format, TableOptions options) {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("TableReader: there are no files to read");
    }
    this.files = files;
    this.format = format;
    this.options = options;
  }

  static TableReader arrow(Path... files) {
    return new TableReader(List.of(files), ArrowChunks::open, TableOptions.ALL);
  }

  static TableReader csv(char delimiter, Path... files) {
    DType floating = Context.current().defaultDtype();
    return new TableReader(
        List.of(files),
        (file, options) -> CsvChunks.open(file, delimiter, floating, options),
        TableOptions.ALL);
  }

  /** Reads only these columns, in this order. */
  public TableReader columns(String... names) {
    return with(options.columns(List.of(names)));
  }

  /** Converts a column to this dtype, as {@link Tensor#to(DType)} does. */
  public TableReader dtype(String column, DType dtype) {
    return with(options.dtype(column, dtype));
  }

  /** Puts this number in the place of missing values, which are refused otherwise. */
  public TableReader nullValue(double value) {
    return with(options.nullValue(value));
  }

  /**
   * How much native memory a record batch of an Arrow file may take, unpacked. By default 16 times
   * the size of the file, and at least 256 MiB. It guards against files that claim too much.
   */
  public TableReader memoryLimit(long bytes) {
    return with(options.memoryLimit(bytes));
  }

  private TableReader with(TableOptions changed) {
    return new TableReader(files, format, changed);
  }

  /** All rows, in memory. */
  public Dataset<Map<String, Tensor>> dataset() {
    return read(columns -> columns);
  }

  /**
   * All rows, in memory, as records: each component is the column of its name.
   *
   * @throws IllegalArgumentException when a component of {@code type} is no tensor
   */
  public <R extends Record> Dataset<R> dataset(Class<R> type) {
    return columnsOf(type).read(columns -> record(type, columns));
  }

  /** The rows one after the other, with no more than one part of a file in memory. */
  public IterableDataset<Map<String, Tensor>> stream() {
    return () -> new ChunkIterator<>(tables(), columns -> columns);
  }

  /** The rows one after the other, as records. */
  public <R extends Record> IterableDataset<R> stream(Class<R> type) {
    TableReader reader = columnsOf(type);
    return () -> new ChunkIterator<>(reader.tables(), columns -> record(type, columns));
  }

  private TableReader columnsOf(Class<? extends Record> type) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getType() != Tensor.class) {
        throw new IllegalArgumentException(
            "TableReader: component '"
                + component.getName()
                + "' of record "
                + type.getSimpleName()
                + " is a "
                + component.getType().getSimpleName()
                + "; columns are read as Tensor");
      }
    }
    return columns(names(type));
  }

  private static String[] names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .toArray(String[]::new);
  }

  private static <R extends Record> R record(Class<R> type, Map<String, Tensor> columns) {
    return Records.build(type, Arrays.stream(names(type)).<Object>map(columns::get).toArray());
  }

  private Tables tables() {
    return new Tables(
        files.stream()
            .map(file -> new Tables.Table(file, () -> format.open(file, options)))
            .toList());
  }

  private <T> Dataset<T> read(Function<Map<String, Tensor>, T> shape) {
    var parts = new ArrayList<Dataset<T>>();
    var small = new ArrayList<Map<String, Tensor>>();
    long rows = 0;
    try (Tables tables = tables()) {
      for (var columns = tables.next(); columns.isPresent(); columns = tables.next()) {
        small.add(columns.get());
        rows += columns.get().values().iterator().next().size(0);
        if (rows >= ROWS_OF_A_PART) {
          parts.add(Dataset.ofTensors(shape.apply(joined(small))));
          small.clear();
          rows = 0;
        }
      }
    }
    if (!small.isEmpty()) {
      parts.add(Dataset.ofTensors(shape.apply(joined(small))));
    }
    return parts.size() == 1 ? parts.getFirst() : Dataset.concat(parts);
  }

  /** The rows of all parts, which are released unless there is only one. */
  private static Map<String, Tensor> joined(List<Map<String, Tensor>> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    try (var _ = Context.current().withoutScope()) {
      return Trees.zip(parts, columns -> Tensor.cat(columns, 0));
    } finally {
      Trees.release(parts);
    }
  }
}
