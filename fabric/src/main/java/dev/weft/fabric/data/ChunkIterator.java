package dev.weft.fabric.data;

import dev.weft.engine.Tensor;
import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/**
 * The rows of tables, with no more than one part of a file in memory. Closed at the end, after a
 * failure, by {@link #close}, or by the garbage collector.
 */
final class ChunkIterator<T> implements Iterator<T>, AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();

  private final Tables tables;
  private final Cleaner.Cleanable cleanable;
  private final Function<Map<String, Tensor>, T> shape;
  private Optional<Dataset<T>> chunk = Optional.empty();
  private long row;

  /** {@code shape} makes of columns what is to be one sample when a row is taken of them. */
  ChunkIterator(Tables tables, Function<Map<String, Tensor>, T> shape) {
    this.tables = tables;
    this.cleanable = CLEANER.register(this, tables::close);
    this.shape = shape;
  }

  @Override
  public boolean hasNext() {
    while (chunk.isEmpty() || row == chunk.get().size()) {
      chunk = nextChunk();
      row = 0;
      if (chunk.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private Optional<Dataset<T>> nextChunk() {
    try {
      return tables.next().map(columns -> Dataset.ofTensors(shape.apply(columns)));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the table has no more rows");
    }
    return chunk.orElseThrow().get(row++);
  }

  @Override
  public void close() {
    chunk = Optional.empty();
    cleanable.clean();
  }
}
