package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Layout;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a tree of values while it is read, and is none yet: functions and classes that a
 * pickle names, storages, and values that are made when everything has been checked.
 */
sealed interface Pickled {

  /** How a message calls it, when it is left where a value should be. */
  String noun();

  // ------------------------------------------------------------------------ what a name stands for

  /** A function that we have for a name in our list; nothing is ever looked up by a name. */
  record Function(String name, Body body) implements Pickled {
    interface Body {
      Object call(Unpickler unpickler, Tuple arguments) throws TensorFileException;
    }

    @Override
    public String noun() {
      return "the Python function or class " + name + " itself";
    }
  }

  /** The class of typed storages, or with no type of untyped ones. */
  record StorageClass(String name, Optional<TorchType> type) implements Pickled {
    @Override
    public String noun() {
      return "the class " + name + " itself";
    }
  }

  /** A class that only matters as an argument of a function. */
  record Marker(String name) implements Pickled {
    @Override
    public String noun() {
      return "the class " + name + " itself";
    }
  }

  /** A class that the caller registered a decoder for. */
  record Registered(String name, TorchFile.Decoder decoder) implements Pickled {
    @Override
    public String noun() {
      return "the class " + name + " itself";
    }
  }

  /**
   * Of a class whose objects may be keys. As such they stay {@link UserObject}s, unlike others even
   * where all is the same, so that no choice of them makes a table slow.
   */
  interface KeyDecoder extends TorchFile.Decoder {}

  // -------------------------------------------------------------------------------------- storages

  /** Memory that tensors of the file share. */
  final class StorageRef {
    final String key;
    final Optional<TorchType> type;
    final long bytes;

    /** Also where untyped bytes are used as bools. */
    boolean holdsBools;

    StorageRef(String key, Optional<TorchType> type, long bytes) {
      this.key = key;
      this.type = type;
      this.bytes = bytes;
    }

    /** Bytes of an element as the file counts them. */
    static int width(Optional<TorchType> type) {
      return type.map(TorchType::bytes).orElse(1);
    }
  }

  /** A storage, or in old files a part of one, as elements of a type. */
  record StoragePart(StorageRef storage, Optional<TorchType> type, long offset, long bytes)
      implements Pickled {
    @Override
    public String noun() {
      return "a bare storage; save a tensor instead";
    }
  }

  // ------------------------------------------------------------------------------ values to come

  /** Becomes a value when the storages are there. */
  sealed interface Pending extends Pickled {
    Object build(Map<StorageRef, Storage> storages);
  }

  /** A tensor over a storage; {@code layout} counts elements of {@code type}. */
  record TensorRef(StorageRef storage, TorchType type, Layout layout) implements Pending {
    @Override
    public Object build(Map<StorageRef, Storage> storages) {
      Storage memory = storages.get(storage);
      if (memory == null) {
        throw new AssertionError("storage " + storage.key + " was not read");
      }
      return Tensor.over(memory, layout, type.dtype);
    }

    @Override
    public String noun() {
      return "a tensor";
    }
  }

  /** A NumPy array, whose elements stand in the pickle. */
  final class ArrayRef implements Pending {
    Shape shape = Shape.of(0);
    DType dtype = DType.FLOAT32;
    boolean columnMajor;
    byte[] data = new byte[0];

    @Override
    public Object build(Map<StorageRef, Storage> storages) {
      Tensor flat = Tensor.empty(Shape.of(data.length / dtype.bytes()), dtype, Device.CPU);
      MemorySegment memory = flat.segment();
      MemorySegment.copy(data, 0, memory, Native.BYTE, 0, data.length);
      TensorData.normalise(memory, dtype);
      Tensor shaped = Tensor.over(flat.storage(), Npy.layout(shape, columnMajor), dtype);
      flat.release();
      return shaped;
    }

    @Override
    public String noun() {
      return "a NumPy array";
    }
  }

  /** A NumPy dtype, of which only arrays and scalars are made. */
  final class ArrayType implements Pickled {
    final String code;
    String order = "|";

    ArrayType(String code) {
      this.code = code;
    }

    @Override
    public String noun() {
      return "a NumPy dtype; save its name instead";
    }
  }

  /** An object of a registered class. */
  final class UserObject implements Pending {
    final Registered type;
    final Tuple arguments;
    @Nullable Object state;

    UserObject(Registered type, Tuple arguments) {
      this.type = type;
      this.arguments = arguments;
    }

    @Override
    public Object build(Map<StorageRef, Storage> storages) {
      return type.decoder.decode(List.copyOf(arguments), Optional.ofNullable(state));
    }

    @Override
    public String noun() {
      return "an object of " + type.name;
    }
  }
}
