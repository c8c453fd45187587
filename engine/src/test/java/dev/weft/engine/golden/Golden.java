package dev.weft.engine.golden;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The golden files: what PyTorch computed, and for which inputs. Their README has the format. */
final class Golden {

  private final Path folder;
  private final Map<String, File> files = new HashMap<>();

  private record File(Map<String, Object> header, byte[] bytes, int start) {}

  private Golden(Path folder) {
    this.folder = folder;
  }

  /** The folder beside the project's, or where {@code -Dweft.testData} says; empty if absent. */
  static Optional<Golden> find() {
    Path data = Path.of(System.getProperty("weft.testData", "../../shared/data"), "golden");
    return Files.exists(data.resolve("cases.json"))
        ? Optional.of(new Golden(data))
        : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  List<Map<String, Object>> cases() {
    try {
      var manifest =
          (Map<String, Object>) Json.parse(Files.readString(folder.resolve("cases.json")));
      return (List<Map<String, Object>>) manifest.get("cases");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor of a safetensors file, row-major. */
  @SuppressWarnings("unchecked")
  Tensor tensor(String file, String key) {
    File f = files.computeIfAbsent(file, this::open);
    var entry = (Map<String, Object>) f.header.get(key);
    if (entry == null) {
      throw new IllegalArgumentException(file + " has no " + key);
    }
    long[] sizes = ((List<Object>) entry.get("shape")).stream().mapToLong(n -> (Long) n).toArray();
    var offsets = (List<Object>) entry.get("data_offsets");
    int from = f.start + Math.toIntExact((Long) offsets.get(0));
    int length = f.start + Math.toIntExact((Long) offsets.get(1)) - from;
    Tensor tensor = Tensor.empty(Shape.of(sizes), dtype((String) entry.get("dtype")), Device.CPU);
    MemorySegment.copy(MemorySegment.ofArray(f.bytes), from, tensor.segment(), 0, length);
    return tensor;
  }

  @SuppressWarnings("unchecked")
  private File open(String name) {
    try {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      int length = Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
      String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
      return new File((Map<String, Object>) Json.parse(header), bytes, 8 + length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DType dtype(String name) {
    return switch (name) {
      case "F64" -> DType.FLOAT64;
      case "F32" -> DType.FLOAT32;
      case "F16" -> DType.FLOAT16;
      case "BF16" -> DType.BFLOAT16;
      case "I64" -> DType.INT64;
      case "I32" -> DType.INT32;
      case "I16" -> DType.INT16;
      case "I8" -> DType.INT8;
      case "U8" -> DType.UINT8;
      case "BOOL" -> DType.BOOL;
      default -> throw new IllegalArgumentException("dtype " + name);
    };
  }

  /** The same values, lying in memory as a case's {@code layout} says. */
  static Tensor lay(Tensor x, String layout) {
    int rank = x.rank();
    return switch (layout) {
      case "contiguous" -> x;
      case "transposed" -> x.transpose(-1, -2).copy().transpose(-1, -2);
      case "permuted" -> {
        int[] reversed = new int[rank];
        for (int d = 0; d < rank; d++) {
          reversed[d] = rank - 1 - d;
        }
        yield x.permute(reversed).copy().permute(reversed);
      }
      case "channels_last" -> x.permute(0, 2, 3, 1).copy().permute(0, 3, 1, 2);
      case "strided" -> {
        Tensor wide = gaps(x.shape().with(-1, 2 * x.size(-1)), x.dtype());
        yield wide.slice(rank - 1, 0, 2 * x.size(-1), 2).copyFrom(x);
      }
      case "offset" -> {
        Tensor tall = gaps(x.shape().with(0, x.size(0) + 3), x.dtype());
        yield tall.narrow(0, 2, x.size(0)).copyFrom(x);
      }
      default -> {
        if (!layout.startsWith("expanded:")) {
          throw new IllegalArgumentException("layout " + layout);
        }
        int dim = Integer.parseInt(layout.substring(layout.indexOf(':') + 1));
        yield x.narrow(dim, 0, 1).copy().expand(x.shape());
      }
    };
  }

  private static Tensor gaps(Shape shape, DType dtype) {
    return Tensor.full(shape, dtype.isFloating() ? Double.NaN : 77, dtype, Device.CPU);
  }
}
