package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.HostMemory;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Writes PyTorch's zip format with the records of PyTorch 2.x, under the fixed name archive. */
final class TorchWriter {

  private static final String ROOT = "archive/";

  /** Memory that one or more tensors of the tree are in. */
  private record Source(Storage storage, TorchType type, String place, Tensor holder, long bytes) {}

  private final Path file;
  private final List<Source> sources = new ArrayList<>();
  private final Map<Storage, Integer> keys = new IdentityHashMap<>();

  TorchWriter(Path file) {
    this.file = file;
  }

  void write(Object tree) throws TensorFileException {
    // The whole tree is looked at before a file is touched.
    byte[] pickle = new Pickler(file.toString(), this::store).pickle(tree);
    AtomicFile.write(file, out -> writeRecords(new ZipOutput(out), pickle));
  }

  private Pickler.Stored store(Tensor tensor, TorchType type, String place) {
    TensorData.requireElements("write " + file + ": the value" + place, tensor);
    Storage storage = tensor.storage();
    int key = keys.computeIfAbsent(storage, s -> sources.size());
    if (key == sources.size()) {
      long whole = storage.bytes() / type.bytes() * type.bytes();
      sources.add(new Source(storage, type, place, tensor, whole));
    } else if (sources.get(key).type != type) {
      // PyTorch's format gives a storage one type.
      throw new IllegalArgumentException(
          "write "
              + file
              + ": the values"
              + place
              + " ("
              + type.torchName
              + ") and "
              + sources.get(key).place
              + " ("
              + sources.get(key).type.torchName
              + ") share memory under two dtypes; save a copy of one of them: x.copy()");
    }
    return new Pickler.Stored(Integer.toString(key), sources.get(key).bytes / type.bytes());
  }

  private void writeRecords(ZipOutput zip, byte[] pickle) throws IOException {
    zip.add(ROOT + "data.pkl", pickle);
    zip.add(ROOT + ".format_version", ascii("1"));
    zip.add(ROOT + ".storage_alignment", ascii("64"));
    zip.add(ROOT + "byteorder", ascii("little"));
    for (int key = 0; key < sources.size(); key++) {
      try (var _ = TensorScope.open()) {
        zip.add(ROOT + "data/" + key, elements(sources.get(key)));
      }
    }
    zip.add(ROOT + "version", ascii("3\n"));
    zip.add(ROOT + ".data/serialization_id", ascii(zip.fingerprint()));
    zip.finish();
  }

  /** The memory behind the tensors, copied here from wherever it is. */
  private static MemorySegment elements(Source source) {
    Storage storage = source.storage;
    if (storage.device().isCpu()) {
      return HostMemory.at(storage, 0, source.bytes);
    }
    Tensor bytes = Tensor.over(storage, Layout.contiguous(Shape.of(source.bytes)), DType.UINT8);
    return TensorData.rowMajor(bytes.to(Device.CPU));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
