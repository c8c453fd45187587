package dev.weft.fabric.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * How checkpoints reach a medium and come back: trees of maps, lists, tensors, numbers, booleans
 * and text. Pass one to the builder to replace {@link TorchCheckpointIO}. Thread-safe.
 */
public interface CheckpointIO {

  /**
   * Writes {@code checkpoint}, so that {@code path} holds the old one whole or the new one whole at
   * every moment.
   */
  void save(Map<String, ?> checkpoint, Path path) throws IOException;

  /**
   * Reads what was saved at {@code path}.
   *
   * @throws java.nio.file.NoSuchFileException when there is nothing
   */
  Map<String, Object> load(Path path) throws IOException;

  /** Deletes a checkpoint, file or folder; nothing happens when there is none. */
  void remove(Path path) throws IOException;

  /** Called when nobody uses it any more. */
  default void teardown() {}
}
