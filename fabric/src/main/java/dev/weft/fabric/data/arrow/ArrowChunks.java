package dev.weft.fabric.data.arrow;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.DataException;
import dev.weft.fabric.data.table.Chunks;
import dev.weft.fabric.data.table.ForeignFile;
import dev.weft.fabric.data.table.TableOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.OutOfMemoryException;
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
    List<String> wanted = options.selection(names);
    for (String name : wanted) {
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
        String name = column.field().getName();
        tensors.put(name, converted(name, columns.tensor(column, rows)));
      }
      var ordered = new LinkedHashMap<String, Tensor>();
      selected.forEach(name -> ordered.put(name, tensors.get(name)));
      return ordered;
    } catch (Throwable e) {
      tensors.values().forEach(Tensor::release);
      throw e;
    }
  }

  private Tensor converted(String name, Tensor column) {
    Tensor converted = column.to(options.dtypes().getOrDefault(name, column.dtype()));
    if (converted != column) {
      column.release();
    }
    return converted;
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
    } catch (OutOfMemoryException e) {
      throw new DataException(
          place
              + ": it takes more native memory than is allowed; if the file is trusted, allow more"
              + " with memoryLimit(…)",
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw new DataException(place + ": " + ForeignFile.reason(e), e);
    } catch (StackOverflowError e) {
      throw new DataException(place + ": it is damaged: its parts are nested too deeply", e);
    } catch (Exception e) { // what Arrow's library throws when numbers make no sense
      throw new DataException(place + ": it is damaged (" + e + ")", e);
    }
  }
}
