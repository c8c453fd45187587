package dev.weft.fabric.data;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.table.Chunks;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts of several files, one after the other, with no more than one file open. All must have
 * the columns of the first. Thread-safe, so that it can be closed from outside.
 */
final class Tables implements AutoCloseable {

  /** A file, and how it is opened. */
  record Table(Path file, Supplier<Chunks> opener) {}

  /** What the rows of a column are. */
  private record Kind(DType dtype, Shape row) {
    static Kind of(Tensor column) {
      return new Kind(column.dtype(), column.shape().slice(1, column.rank()));
    }

    @Override
    public String toString() {
      return dtype + " " + row;
    }
  }

  private record Described(Path file, Map<String, Kind> columns) {}

  private final Iterator<Table> tables;
  private Optional<Table> table = Optional.empty();
  private Optional<Chunks> chunks = Optional.empty();
  private Optional<Described> first = Optional.empty();
  private boolean closed;

  Tables(List<Table> tables) {
    this.tables = tables.iterator();
  }

  /** The next rows, which belong to the caller. Empty at the end; then all files are closed. */
  synchronized Optional<Map<String, Tensor>> next() {
    while (!closed) {
      if (chunks.isPresent()) {
        var columns = chunks.get().next();
        if (columns.isPresent()) {
          check(table.orElseThrow().file(), columns.get());
          return columns;
        }
        closeChunks();
      } else if (tables.hasNext()) {
        table = Optional.of(tables.next());
        chunks = Optional.of(table.get().opener().get());
      } else {
        closed = true;
      }
    }
    return Optional.empty();
  }

  private void check(Path file, Map<String, Tensor> columns) {
    var kinds = new LinkedHashMap<String, Kind>();
    columns.forEach((name, column) -> kinds.put(name, Kind.of(column)));
    if (first.isEmpty()) {
      first = Optional.of(new Described(file, kinds));
    } else if (!kinds.equals(first.get().columns())) {
      columns.values().forEach(Tensor::release);
      throw new DataException(
          file
              + ": its columns are "
              + kinds
              + ", but those of "
              + first.get().file()
              + " are "
              + first.get().columns()
              + "; choose columns(…) that both have, or say their dtype(…)");
    }
  }

  private void closeChunks() {
    var open = chunks;
    chunks = Optional.empty();
    open.ifPresent(Chunks::close);
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeChunks();
  }
}
