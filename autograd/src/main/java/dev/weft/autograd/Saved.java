package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import dev.weft.engine.spi.TapeEntry;
import java.util.Optional;

/** A tensor that backward needs, as its saved-tensor hooks keep it, with the version it had. */
final class Saved {

  private final SavedTensors.Packed packed;
  private final TensorSpec spec;
  private final Optional<TapeEntry> entry;
  private final Storage storage; // not held: the memory may go back to the pool meanwhile
  private final int version;

  Saved(Tensor source) {
    this(source, SavedTensors.pack(source), source.tapeEntry());
  }

  private Saved(Tensor source, SavedTensors.Packed packed, Optional<TapeEntry> entry) {
    this.packed = packed;
    this.spec = source.spec();
    this.entry = entry;
    this.storage = source.storage();
    this.version = storage.version();
  }

  /** The values that {@code source} has now, although it is about to be changed. */
  static Saved copyOf(Tensor source) {
    try (var _ = Context.current().withGrad(false);
        var _ = Context.current().withoutScope()) {
      Tensor copy = source.copy();
      var saved = new Saved(copy, new SavedTensors.Handle(copy), source.tapeEntry());
      copy.release();
      return saved;
    }
  }

  /** The tensor, tracked as it was. Throws when it has been changed in place since. */
  Tensor get(Object op, String role) {
    if (storage.version() != version) {
      throw new IllegalStateException(
          "backward of "
              + op
              + ": "
              + role
              + " ("
              + spec
              + ") is needed, but was changed in place "
              + (storage.version() - version)
              + " time(s) since; use the op without InPlace, or copy() it first");
    }
    Tensor tensor = packed.unpack();
    if (!tensor.spec().equals(spec)) {
      throw new IllegalStateException(
          "backward of "
              + op
              + ": a saved-tensor hook packed "
              + role
              + " of "
              + spec
              + " and unpacked "
              + tensor.spec());
    }
    tensor.tapeEntry(entry);
    return tensor;
  }

  void release() {
    packed.release();
  }
}
