package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One tensor in a file of NumPy's format {@code .npy}, versions 1 to 3.
 *
 * <p>Dtype: all but bfloat16, which NumPy does not have. Little-endian files only. Arrays in column
 * order (Fortran) come back with their strides.
 *
 * <p>Source: the description in NumPy's module {@code numpy.lib.format}.
 *
 * {@snippet :
 * Npy.write(Path.of("x.npy"), Tensor.arange(6).reshape(2, 3));
 * Tensor x = Npy.read(Path.of("x.npy"));
 * }
 */
public final class Npy {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Structured dtypes have long headers; those of plain arrays do not. */
  private static final int MOST_HEADER = 1 << 16;

  /** Magic, version, length and header. */
  static final int LONGEST_START = MOST_HEADER + 12;

  private static final int ALIGNMENT = 64;

  /** What the header says. */
  record Header(DType dtype, boolean columnMajor, Shape shape) {

    long bytes() {
      return Math.multiplyExact(shape.numel(), (long) dtype.bytes());
    }
  }

  private Npy() {}

  /** Reads the array into new memory on the CPU. */
  public static Tensor read(Path file) throws TensorFileException {
    try (var in = FileInput.open(file)) {
      var prefix = new PickleInput(in, "header", 0, Math.min(in.size(), LONGEST_START));
      if (!startsWithMagic(in)) {
        throw in.wrong(
            "is no .npy file" + FileKind.other(in).map(kind -> " but " + kind).orElse(""));
      }
      Header header = readHeader(prefix);
      long start = prefix.position();
      requireSize(header, in.size() - start, prefix);
      Tensor flat = TensorData.read(in, start, Shape.of(header.shape.numel()), header.dtype);
      return shaped(flat, header);
    }
  }

  /** Writes the tensor in row order; the file is replaced as a whole or not at all. */
  public static void write(Path file, Tensor tensor) throws TensorFileException {
    byte[] header = header(tensor);
    TensorData.requireElements("write " + file, tensor);
    AtomicFile.write(
        file,
        out -> {
          try (var _ = TensorScope.open()) {
            out.write(header);
            out.write(TensorData.rowMajor(tensor));
          }
        });
  }

  // ------------------------------------------------------------------------------------ header

  static boolean startsWithMagic(FileInput in) throws TensorFileException {
    return Arrays.equals(in.head(MAGIC.length), MAGIC);
  }

  static void requireSize(Header header, long available, PickleInput place)
      throws TensorFileException {
    long bytes;
    try {
      bytes = header.bytes();
    } catch (ArithmeticException e) {
      throw place.wrong(header.shape + " is larger than any file", e);
    }
    if (bytes != available) {
      throw place.wrong(
          header.dtype
              + " "
              + header.shape
              + " needs "
              + bytes
              + " bytes, but "
              + available
              + " follow the header");
    }
  }

  /** The same memory with the header's shape; {@code flat} is released. */
  static Tensor shaped(Tensor flat, Header header) {
    Tensor shaped =
        Tensor.over(flat.storage(), layout(header.shape, header.columnMajor), header.dtype);
    flat.release();
    return shaped;
  }

  static Layout layout(Shape shape, boolean columnMajor) {
    if (!columnMajor) {
      return Layout.contiguous(shape);
    }
    int rank = shape.rank();
    int[] reversed = IntStream.range(0, rank).map(d -> rank - 1 - d).toArray();
    long[] sizes = IntStream.of(reversed).mapToLong(shape::size).toArray();
    return Layout.contiguous(Shape.of(sizes)).permute(reversed);
  }

  /** Reads magic, version and header; leaves {@code in} at the first element. */
  static Header readHeader(PickleInput in) throws TensorFileException {
    if (!Arrays.equals(in.bytes(MAGIC.length), MAGIC)) {
      throw in.wrong("is no .npy file");
    }
    int version = in.u8();
    in.u8(); // the minor version, 0 so far
    if (version < 1 || version > 3) {
      throw in.wrong("version " + version + " of the format is not known; 1 to 3 are");
    }
    long length = version == 1 ? in.u16() : in.u32();
    if (length > MOST_HEADER) {
      throw in.wrong("the header has " + length + " bytes; at most " + MOST_HEADER + " are read");
    }
    String text = new String(in.bytes(length), StandardCharsets.UTF_8);
    try {
      return new NpyHeader(text).parse();
    } catch (ShapeException | DTypeException | JsonException e) {
      throw in.wrong(e);
    }
  }

  /** The dtype that NumPy writes so, or an exception that names what it is. */
  static DType dtype(String code) {
    char order = code.isEmpty() ? ' ' : code.charAt(0);
    String kind = "<>|=".indexOf(order) < 0 ? code : code.substring(1);
    DType dtype =
        switch (kind) {
          case "f8" -> DType.FLOAT64;
          case "f4" -> DType.FLOAT32;
          case "f2" -> DType.FLOAT16;
          case "i8" -> DType.INT64;
          case "i4" -> DType.INT32;
          case "i2" -> DType.INT16;
          case "i1" -> DType.INT8;
          case "u1" -> DType.UINT8;
          case "b1" -> DType.BOOL;
          case "c8" -> DType.COMPLEX64;
          case "c16" -> DType.COMPLEX128;
          case "u2" -> throw new DTypeException("uint16 is not supported");
          case "u4" -> throw new DTypeException("uint32 is not supported");
          case "u8" -> throw new DTypeException("uint64 is not supported");
          default ->
              throw new DTypeException(
                  kind.startsWith("O")
                      ? "an array of Python objects, which holds a pickle, is not read"
                      : "the dtype '" + Excerpt.of(code) + "' is not supported");
        };
    if (order == '>' && dtype.bytes() > 1) {
      throw new DTypeException(
          "'"
              + code
              + "' is big-endian, which is not supported; convert it with x.astype('<"
              + kind
              + "')");
    }
    return dtype;
  }

  private static String code(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> "<f8";
      case FLOAT32 -> "<f4";
      case FLOAT16 -> "<f2";
      case INT64 -> "<i8";
      case INT32 -> "<i4";
      case INT16 -> "<i2";
      case INT8 -> "|i1";
      case UINT8 -> "|u1";
      case BOOL -> "|b1";
      case COMPLEX64 -> "<c8";
      case COMPLEX128 -> "<c16";
      case BFLOAT16 ->
          throw new DTypeException(
              "write: NumPy has no bfloat16; convert the tensor with x.to(DType.FLOAT32), or use"
                  + " safetensors");
    };
  }

  /** Everything before the elements, a multiple of 64 bytes. */
  static byte[] header(Tensor tensor) {
    long[] sizes = tensor.shape().sizes();
    String shape = Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '"
            + code(tensor.dtype())
            + "', 'fortran_order': False, 'shape': ("
            + shape
            + (sizes.length == 1 ? ",), }" : "), }");
    int unpadded = MAGIC.length + 4 + text.length() + 1;
    int total = unpadded + ALIGNMENT - 1 & -ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - MAGIC.length - 4));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    header.put(" ".repeat(total - unpadded).getBytes(StandardCharsets.US_ASCII)).put((byte) '\n');
    return header.array();
  }
}
