package dev.weft.engine.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A tensor file that cannot be read or written. The message names the file, the place in it and the
 * cause, in that order: {@code model.pt: record data/3 at byte 4160: …}.
 *
 * <p>Readers throw it for everything that can be wrong with a file, so that whoever catches it has
 * caught all of them; nothing was returned and nothing was changed.
 */
public final class TensorFileException extends IOException {

  private static final long serialVersionUID = 1;

  private final transient Path file;

  /**
   * @param file the file as the caller named it
   * @param problem the place in it and the cause
   */
  public TensorFileException(Path file, String problem) {
    super(file + ": " + problem);
    this.file = file;
  }

  /** With what led to it. */
  public TensorFileException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
    this.file = file;
  }

  /** The file as the caller named it. */
  public Path file() {
    return file;
  }
}
