package dev.weft.engine.io;

import dev.weft.engine.Complex;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Files of PyTorch's {@code torch.save}: the zip format, and for reading also the one before
 * version 1.6.
 *
 * <p>Reading runs no code and resolves no class by name. A file gives a tree of these values, or an
 * exception:
 *
 * <table>
 * <caption>Values</caption>
 * <tr><th>Python</th><th>here</th></tr>
 * <tr><td>int</td><td>{@link Long}, beyond 64 bits {@link java.math.BigInteger}</td></tr>
 * <tr><td>float, bool, str</td><td>{@link Double}, {@link Boolean}, {@link String}</td></tr>
 * <tr><td>None</td><td>{@link Optional#empty()}; there are no nulls</td></tr>
 * <tr><td>bytes, bytearray</td><td>{@code byte[]}</td></tr>
 * <tr><td>complex</td><td>{@link Complex}</td></tr>
 * <tr><td>list, tuple</td><td>{@link java.util.ArrayList}, {@link Tuple}</td></tr>
 * <tr><td>dict, OrderedDict</td><td>{@link LinkedHashMap}, {@link OrderedDict}, which is one</td>
 * </tr>
 * <tr><td>set, frozenset</td><td>{@link java.util.LinkedHashSet}</td></tr>
 * <tr><td>torch.Size, dtype, device</td><td>{@link Shape}, {@link DType}, {@link Device}</td></tr>
 * <tr><td>Tensor, Parameter</td><td>{@link Tensor} on the CPU, detached</td></tr>
 * <tr><td>NumPy arrays and numbers</td><td>{@link Tensor}, and Long, Double, Boolean or Complex</td></tr>
 * <tr><td>objects of a registered class</td><td>what their {@link Decoder} makes of them</td></tr>
 * </table>
 *
 * <p>Tensors that shared a storage share it again. What is not kept: the device of tensors, whether
 * they asked for gradients, Python attributes of tensors.
 *
 * <p>Checked before anything is believed: the zip's two descriptions of each record against each
 * other, all checksums, sizes of records against those of storages, shapes and strides against
 * storages, 500 levels of nesting and 64 dimensions at most, and what the values take of the heap.
 *
 * {@snippet :
 * var checkpoint = (Map<?, ?>) TorchFile.read(Path.of("last.ckpt"));
 * var weights = (Map<?, ?>) checkpoint.get("state_dict");
 * TorchFile.write(Path.of("weights.pt"), weights);
 * }
 */
public final class TorchFile {

  private TorchFile() {}

  /** Makes a value of an object of a class that a file names, when it is registered. */
  @FunctionalInterface
  public interface Decoder {
    /**
     * @param arguments what the object's class was called with, already decoded
     * @param state what was set on it afterwards, often a map of its attributes
     */
    Object decode(List<Object> arguments, Optional<Object> state);
  }

  /**
   * How to read. Immutable; each method gives a changed copy.
   *
   * {@snippet :
   * var options =
   *     TorchFile.Options.standard()
   *         .with("argparse.Namespace", (arguments, state) -> state.orElseThrow());
   * }
   */
  public static final class Options {

    private static final long HEAP = 48L << 20;
    private static final Options STANDARD = new Options(Map.of(), false, HEAP);

    final Map<String, Decoder> decoders;
    final boolean withoutChecksums;
    final long heapBytes;

    private Options(Map<String, Decoder> decoders, boolean withoutChecksums, long heapBytes) {
      this.decoders = decoders;
      this.withoutChecksums = withoutChecksums;
      this.heapBytes = heapBytes;
    }

    /** No further classes, checksums needed, 48 MiB of heap beyond the size of the file. */
    public static Options standard() {
      return STANDARD;
    }

    /**
     * Decodes objects of one more class.
     *
     * @param name module and class as Python writes them, such as {@code argparse.Namespace}
     */
    public Options with(String name, Decoder decoder) {
      if (Globals.isKnown(name)) {
        throw new IllegalArgumentException(
            "TorchFile.Options: " + name + " is read already and cannot be replaced");
      }
      var more = new LinkedHashMap<>(decoders);
      more.put(name, decoder);
      return new Options(Map.copyOf(more), withoutChecksums, heapBytes);
    }

    /**
     * Reads records whose checksum was left out, as PyTorch does when told so. Checksums that are
     * there are still verified.
     */
    public Options acceptMissingChecksums() {
      return new Options(decoders, true, heapBytes);
    }

    /** Lets the values, without the tensors' elements, take more of the heap, by estimate. */
    public Options heapBytes(long bytes) {
      if (bytes <= 0) {
        throw new IllegalArgumentException(
            "TorchFile.Options: heapBytes " + bytes + " is not positive");
      }
      return new Options(decoders, withoutChecksums, bytes);
    }
  }

  /** Reads the tree of values in a file. */
  public static Object read(Path file) throws TensorFileException {
    return read(file, Options.standard());
  }

  /** Reads the tree of values in a file. */
  public static Object read(Path file, Options options) throws TensorFileException {
    try (var in = FileInput.open(file)) {
      return read(in, options);
    }
  }

  static Object read(FileInput in, Options options) throws TensorFileException {
    byte[] head = in.head(4);
    if (head.length == 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4) {
      return new TorchZip(in, options).read();
    }
    if (head.length == 4 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5) {
      return new TorchLegacy(in, options).read();
    }
    throw in.wrong(
        "is no PyTorch file"
            + FileKind.other(in).map(kind -> " but " + kind).orElse(", nor of a known kind"));
  }

  /**
   * Writes a tree of values so that {@code torch.load(weights_only=True)} reads it. It may hold
   * what {@link #read} gives, any {@link Map}, {@link List}, {@link java.util.Set}, integers and
   * floats of any width, and null for None. A map whose values are all tensors, as those of a state
   * dict, becomes an OrderedDict, any other map a dict.
   *
   * <p>Tensors that share a storage are written once and will share it again. Tensors come from any
   * device and are marked to be loaded on the CPU. The same tree gives the same bytes; a map or set
   * without an order is written in the order of its keys.
   *
   * <p>The file is replaced as a whole or not at all.
   *
   * @throws IllegalArgumentException for a value of another class, naming its place in the tree
   */
  public static void write(Path file, Object tree) throws TensorFileException {
    new TorchWriter(file).write(tree);
  }
}
