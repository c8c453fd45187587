package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Pickled.StorageRef;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what PyTorch wrote before version 1.6: five pickles (a magic number, the format's version,
 * facts about the machine, the tree of values, the keys of the storages), then for each storage the
 * number of its elements and the elements. There are no checksums in it.
 */
final class TorchLegacy {

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final FileInput in;
  private final TorchFile.Options options;
  private final Budget budget;
  private final PickleInput data;
  private final Map<String, StorageRef> storages = new LinkedHashMap<>();

  TorchLegacy(FileInput in, TorchFile.Options options) {
    this.in = in;
    this.options = options;
    this.budget = new Budget(options.heapBytes + in.size());
    this.data = new PickleInput(in, "pickle", 0, in.size());
  }

  Object read() throws TensorFileException {
    requireKnownFormat();
    long start = data.position();
    Object value = new Unpickler(data, budget, options.decoders, storages).load();
    var tree = new Tree(value, data.position() - start, in, budget);
    tree.check();
    Map<StorageRef, Long> places = places(plain());
    Map<StorageRef, Storage> memory = new HashMap<>();
    var holders = new ArrayList<Tensor>();
    try {
      for (var place : places.entrySet()) {
        StorageRef storage = place.getKey();
        Tensor bytes = TensorData.read(in, place.getValue(), Shape.of(storage.bytes), DType.UINT8);
        holders.add(bytes);
        TensorData.normalise(bytes.segment(), storage.holdsBools ? DType.BOOL : DType.UINT8);
        memory.put(storage, bytes.storage());
      }
      return tree.complete(memory);
    } finally {
      holders.forEach(Tensor::release); // each tensor of the tree holds its storage itself
    }
  }

  /** A pickle of values without storages and the caller's objects. */
  private Object plain() throws TensorFileException {
    var none = new HashMap<String, StorageRef>();
    Object value = new Unpickler(data, budget, Map.of(), none).load();
    if (!none.isEmpty()) {
      throw data.wrong("a storage where there should be none");
    }
    return value;
  }

  private void requireKnownFormat() throws TensorFileException {
    if (!plain().equals(MAGIC)) {
      throw in.wrong(
          "is a pickle, but not of PyTorch: the magic number is missing. Save it with torch.save");
    }
    Object version = plain();
    if (!version.equals(VERSION)) {
      throw data.wrong("a version of the old format other than " + VERSION);
    }
    if (!(plain() instanceof Map<?, ?> machine)) {
      throw data.wrong("no facts about the machine that wrote it");
    }
    if (!Boolean.TRUE.equals(machine.get("little_endian"))) {
      throw data.wrong("was written on a big-endian machine, which is not supported");
    }
  }

  /** Where each storage's elements lie; all checked before memory is taken for the first. */
  private Map<StorageRef, Long> places(Object keys) throws TensorFileException {
    if (!(keys instanceof List<?> list)
        || list.size() != storages.size()
        || new HashSet<>(list).size() != list.size()
        || !storages.keySet().containsAll(list)) {
      throw data.wrong(
          "the list of storages does not agree with the "
              + storages.size()
              + " storages that the values refer to");
    }
    Map<StorageRef, Long> places = new LinkedHashMap<>();
    long at = data.position();
    for (Object key : list) {
      StorageRef storage = storages.get((String) key);
      String name = "storage '" + Excerpt.of((String) key) + "' at byte " + at + ": ";
      if (in.size() - at < Long.BYTES) {
        throw in.wrong(name + "the file ends there");
      }
      long elements = in.bytes(at, Long.BYTES).getLong();
      at += Long.BYTES;
      if (storage == null
          || elements < 0
          || storage.bytes != elements * StorageRef.width(storage.type)) {
        throw in.wrong(name + elements + " elements, which is not what the values say");
      }
      if (storage.bytes > in.size() - at) {
        throw in.wrong(
            name + "needs " + storage.bytes + " bytes, but only " + (in.size() - at) + " are left");
      }
      places.put(storage, at);
      at += storage.bytes;
    }
    if (at != in.size()) {
      throw in.wrong((in.size() - at) + " bytes follow the last storage");
    }
    return places;
  }
}
