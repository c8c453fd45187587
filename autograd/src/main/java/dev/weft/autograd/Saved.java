package dev.weft.autograd;

import dev.weft.engine.Tensor;
import dev.weft.engine.spi.TapeEntry;
import java.util.Optional;

/** A tensor that backward needs, kept alive whatever scopes end, with the version it had. */
final class Saved {

  private final Tensor tensor;
  private final Optional<TapeEntry> entry;
  private final int version;

  Saved(Tensor source) {
    this.tensor = source.alias();
    this.entry = source.tapeEntry();
    this.version = source.storage().version();
  }

  /** The tensor, tracked as it was. Throws when it has been changed in place since. */
  Tensor get(String op, String role) {
    if (tensor.storage().version() != version) {
      throw new IllegalStateException(
          "backward of "
              + op
              + ": "
              + role
              + " ("
              + tensor.spec()
              + ") is needed, but was changed in place "
              + (tensor.storage().version() - version)
              + " time(s) since; use the op without InPlace, or copy() it first");
    }
    tensor.tapeEntry(entry);
    return tensor;
  }

  void release() {
    tensor.release();
  }
}
