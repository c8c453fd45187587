package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.spi.TapeEntry;
import java.util.Optional;

/** A tensor that backward needs, kept alive whatever scopes end, with the version it had. */
final class Saved {

  private final Tensor tensor;
  private final Optional<TapeEntry> entry;
  private final int version;

  Saved(Tensor source) {
    this(source.alias(), source.tapeEntry());
  }

  private Saved(Tensor tensor, Optional<TapeEntry> entry) {
    this.tensor = tensor;
    this.entry = entry;
    this.version = tensor.storage().version();
  }

  /** The values that {@code source} has now, although it is about to be changed. */
  static Saved copyOf(Tensor source) {
    try (var _ = Context.current().withGrad(false);
        var _ = Context.current().withoutScope()) {
      return new Saved(source.copy(), source.tapeEntry());
    }
  }

  /** The tensor, tracked as it was. Throws when it has been changed in place since. */
  Tensor get(Object op, String role) {
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
