package dev.weft.fabric.data.table;

import dev.weft.engine.Tensor;
import java.util.Map;
import java.util.Optional;

/** The rows of a table, some at a time. Confined to one thread. */
public interface Chunks extends AutoCloseable {

  /**
   * The next rows: columns by name, tensors that are equally long in dimension 0 and belong to the
   * caller. Empty at the end.
   *
   * @throws dev.weft.fabric.data.DataException when the source cannot be read
   */
  Optional<Map<String, Tensor>> next();

  /** Lets go of the source; tensors that were delivered stay valid. */
  @Override
  void close();
}
