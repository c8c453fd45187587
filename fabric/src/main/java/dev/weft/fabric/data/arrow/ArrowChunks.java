package dev.weft.fabric.data.arrow;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.DataException;
import dev.weft.fabric.data.table.Chunks;
import dev.weft.fabric.data.table.TableOptions;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * The record batches of an Arrow file or stream as tensors. Whatever is wrong with a file, or with
 * Arrow's reading of it, becomes a {@link DataException} that names the file and the cause, and
 * nothing stays allocated.
 */
public final class ArrowChunks implements Chunks {

  private static final long LEAST_LIMIT = 256L << 20;
  private static final long USUAL_GROWTH = 16;

  private final String source;
  private final IpcFile file;
  private final TableOptions options;
  private final List<Field> fields;
  private final List<String> selected;
  private long batches;

  private ArrowChunks(String source, IpcFile file, TableOptions options) throws IOException {
    this.source = source;
    this.file = file;
    this.options = options;
    this.fields = file.fields().stream().map(ArrowChunks::inBatches).toList();
    this.selected = selection();
  }

  /** Opens a file. */
  public static ArrowChunks open(Path path, TableOptions options) {
    return open(path.toString(), () -> ByteSource.of(path), options);
  }

  /** Reads what is in memory; messages call it {@code name}. */
  public static ArrowChunks open(String name, byte[] bytes, TableOptions options) {
    return open(name, () -> ByteSource.of(bytes), options);
  }

  private static ArrowChunks open(String name, Callable<ByteSource> bytes, TableOptions options) {
    return translated(
        name,
        () -> {
          IpcFile file = IpcFile.open(bytes.call());
          try {
            return new ArrowChunks(name, file, options);
          } catch (Throwable e) {
            file.close();
            throw e;
          }
        });
  }

  /**
   * Columns as they lie in batches: those with a dictionary hold the numbers of its entries, those
   * of a type that a program has added hold what it is stored as.
   */
  private static Field inBatches(Field field) {
    String name = Objects.requireNonNullElse(field.getName(), "");
    if (field.getDictionary() != null) {
      var numbers = new FieldType(field.isNullable(), field.getDictionary().getIndexType(), null);
      return new Field(name, numbers, List.of());
    }
    ArrowType stored =
        field.getType() instanceof ArrowType.ExtensionType added
            ? added.storageType()
            : field.getType();
    var type = new FieldType(field.isNullable(), stored, null, field.getMetadata());
    return new Field(name, type, field.getChildren().stream().map(ArrowChunks::inBatches).toList());
  }

  /** The columns to read, after a check that they are there once and can be tensors. */
  private List<String> selection() throws MalformedArrowException {
    List<String> names = fields.stream().map(Field::getName).toList();
    List<String> wanted = options.columns().isEmpty() ? names : options.columns();
    for (String name : wanted) {
      if (!names.contains(name)) {
        throw new MalformedArrowException("there is no column '" + name + "'; there are " + names);
      }
      if (names.indexOf(name) != names.lastIndexOf(name)) {
        throw new MalformedArrowException("there are several columns '" + name + "'");
      }
      Field field = fields.get(names.indexOf(name));
      if (!Columns.isReadable(field)) {
        throw new MalformedArrowException(
            "column '"
                + name
                + "' of type "
                + field.getType()
                + " cannot be a tensor; choose others with columns(…)");
      }
    }
    return wanted;
  }

  @Override
  public Optional<Map<String, Tensor>> next() {
    return translated(source + ": record batch " + batches, this::read);
  }

  private Optional<Map<String, Tensor>> read() throws IOException {
    long limit = options.memoryLimit().orElse(Math.max(LEAST_LIMIT, USUAL_GROWTH * file.size()));
    try (var memory = new BatchMemory(limit)) {
      var batch = file.next(memory.allocator());
      if (batch.isEmpty()) {
        return Optional.empty();
      }
      batches++;
      return Optional.of(columns(new BatchReader(batch.get(), memory.allocator()), memory));
    }
  }

  private Map<String, Tensor> columns(BatchReader batch, BatchMemory memory) throws IOException {
    long rows = batch.rows();
    List<Column> found = batch.columns(fields, field -> selected.contains(field.getName()));
    var tensors = new HashMap<String, Tensor>();
    try (var _ = Context.current().withoutScope()) {
      var columns = new Columns(memory, isWorthSharing(found, memory), options);
      for (Column column : found) {
        tensors.put(column.field().getName(), columns.tensor(column, rows));
      }
      var ordered = new LinkedHashMap<String, Tensor>();
      selected.forEach(name -> ordered.put(name, tensors.get(name)));
      return ordered;
    } catch (Throwable e) {
      tensors.values().forEach(Tensor::release);
      throw e;
    }
  }

  /** A few small columns should not keep a large batch alive. */
  private static boolean isWorthSharing(List<Column> columns, BatchMemory memory) {
    long used = columns.stream().mapToLong(Column::bytes).sum();
    return 2 * used >= memory.allocator().getAllocatedMemory();
  }

  @Override
  public void close() {
    translated(
        source,
        () -> {
          file.close();
          return source;
        });
  }

  private static <T> T translated(String place, Callable<T> reading) {
    try {
      return reading.call();
    } catch (DataException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new DataException(place + ": there is no such file", e);
    } catch (StackOverflowError e) {
      throw new DataException(place + ": its structure is nested too deeply", e);
    } catch (Exception e) {
      boolean speaks = e instanceof IOException && e.getMessage() != null;
      throw new DataException(place + ": " + (speaks ? e.getMessage() : e.toString()), e);
    }
  }
}
