package dev.weft.fabric.data.arrow;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.fabric.data.table.TableOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Columns as tensors. Numbers without gaps are not copied; bits, unsigned numbers that have no
 * dtype of their own, and columns that lack values are.
 */
final class Columns {

  private static final String EXTENSION = "ARROW:extension:name";
  private static final String EXTENSION_DATA = "ARROW:extension:metadata";
  private static final String TENSOR_EXTENSION = "arrow.fixed_shape_tensor";
  private static final Pattern SHAPE = Pattern.compile("\"shape\"\\s*:\\s*\\[([0-9,\\s]*)]");

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final BatchMemory memory;
  private final boolean share;
  private final TableOptions options;

  /**
   * @param share whether tensors may lie over the batch's memory; not worth it when they are a
   *     small part of it
   */
  Columns(BatchMemory memory, boolean share, TableOptions options) {
    this.memory = memory;
    this.share = share;
    this.options = options;
  }

  /** Whether a column of this type can be a tensor. */
  static boolean isReadable(Field field) {
    if (field.getType() instanceof ArrowType.FixedSizeList) {
      return field.getChildren().size() == 1 && isReadable(field.getChildren().getFirst());
    }
    return dtype(field.getType()).isPresent();
  }

  /** The dtype of a column of this type, if there is one. */
  private static Optional<DType> dtype(ArrowType type) {
    return switch (type) {
      case ArrowType.Int t -> integer(t);
      case ArrowType.FloatingPoint t ->
          Optional.of(
              switch (t.getPrecision()) {
                case HALF -> DType.FLOAT16;
                case SINGLE -> DType.FLOAT32;
                case DOUBLE -> DType.FLOAT64;
              });
      case ArrowType.Bool _ -> Optional.of(DType.BOOL);
      case ArrowType.FixedSizeBinary _ -> Optional.of(DType.UINT8);
      case ArrowType.Timestamp _, ArrowType.Duration _ -> Optional.of(DType.INT64);
      case ArrowType.Time t -> Optional.of(t.getBitWidth() == 32 ? DType.INT32 : DType.INT64);
      case ArrowType.Date t ->
          Optional.of(
              switch (t.getUnit()) {
                case DAY -> DType.INT32;
                case MILLISECOND -> DType.INT64;
              });
      default -> Optional.empty();
    };
  }

  /** Unsigned numbers of 16 and 32 bits take the next wider dtype; those of 64 have none. */
  private static Optional<DType> integer(ArrowType.Int type) {
    boolean signed = type.getIsSigned();
    return switch (type.getBitWidth()) {
      case 8 -> Optional.of(signed ? DType.INT8 : DType.UINT8);
      case 16 -> Optional.of(signed ? DType.INT16 : DType.INT32);
      case 32 -> Optional.of(signed ? DType.INT32 : DType.INT64);
      case 64 -> signed ? Optional.of(DType.INT64) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** A column of {@code rows} rows. */
  Tensor tensor(Column column, long rows) throws MalformedArrowException {
    Tensor values = values(column, rows);
    try {
      Shape shape = declaredShape(column.field(), values.shape());
      return shape.equals(values.shape()) ? values : reshaped(values, shape);
    } catch (Throwable e) {
      values.release();
      throw e;
    }
  }

  private static Tensor reshaped(Tensor values, Shape shape) {
    try {
      return values.view(shape.sizes());
    } finally {
      values.release();
    }
  }

  private Tensor values(Column column, long rows) throws MalformedArrowException {
    if (column.length() != rows) {
      throw malformed(column.field(), " has " + column.length() + " values for " + rows + " rows");
    }
    Tensor stored =
        switch (column.field().getType()) {
          case ArrowType.FixedSizeList t -> lists(column, t.getListSize());
          case ArrowType.Bool _ -> bits(column);
          case ArrowType.Int t when !t.getIsSigned() && t.getBitWidth() > 8 ->
              widened(column, t.getBitWidth());
          case ArrowType.FixedSizeBinary t -> numbers(column, Shape.of(rows, t.getByteWidth()));
          default -> numbers(column, Shape.of(rows));
        };
    return column.nullCount() == 0 ? stored : withoutNulls(column, stored);
  }

  private Tensor lists(Column column, long length) throws MalformedArrowException {
    long values = Math.multiplyExact(column.length(), length);
    Tensor flat = values(column.children().getFirst(), values);
    Shape inner = flat.shape().slice(1, flat.rank());
    return reshaped(flat, Shape.of(column.length(), length).concat(inner));
  }

  private static MalformedArrowException malformed(Field field, String what) {
    return new MalformedArrowException("column '" + field.getName() + "'" + what);
  }

  /** The shape that a column of tensors declares for its rows; else the one it has. */
  private static Shape declaredShape(Field field, Shape found) throws MalformedArrowException {
    Map<String, String> metadata = field.getMetadata();
    if (!TENSOR_EXTENSION.equals(metadata.get(EXTENSION))) {
      return found;
    }
    String text = metadata.getOrDefault(EXTENSION_DATA, "");
    Matcher matcher = SHAPE.matcher(text);
    if (text.contains("\"permutation\"") || !matcher.find()) {
      throw malformed(field, ": " + TENSOR_EXTENSION + " " + text + " is not supported");
    }
    String sizes = matcher.group(1).strip();
    long[] inner =
        sizes.isEmpty()
            ? new long[0]
            : Arrays.stream(sizes.split("\\s*,\\s*")).mapToLong(Long::parseLong).toArray();
    return Shape.of(found.size(0)).concat(Shape.of(inner));
  }

  private Tensor numbers(Column column, Shape shape) throws MalformedArrowException {
    ArrowBuf data = column.values();
    DType dtype = dtype(column.field().getType()).orElseThrow();
    long bytes = Math.multiplyExact(shape.numel(), (long) dtype.bytes());
    if (share && bytes > 0 && data.memoryAddress() % dtype.bytes() == 0) {
      return Tensor.wrap(memory.share(data, bytes), Layout.contiguous(shape), dtype, Device.CPU);
    }
    MemorySegment source = Memory.of(data, bytes);
    Tensor copy = Tensor.empty(shape, dtype, Device.CPU);
    MemorySegment.copy(source, 0, copy.segment(), 0, bytes);
    return copy;
  }

  private static Tensor bits(Column column) throws MalformedArrowException {
    long rows = column.length();
    MemorySegment bits = Memory.of(column.values(), Math.ceilDiv(rows, Byte.SIZE));
    Tensor bools = Tensor.empty(Shape.of(rows), DType.BOOL, Device.CPU);
    MemorySegment target = bools.segment();
    for (long row = 0; row < rows; row++) {
      int bit = bits.get(ValueLayout.JAVA_BYTE, row >>> 3) >>> (row & 7) & 1;
      target.set(ValueLayout.JAVA_BYTE, row, (byte) bit);
    }
    return bools;
  }

  private static Tensor widened(Column column, int width) throws MalformedArrowException {
    long rows = column.length();
    MemorySegment narrow = Memory.of(column.values(), rows * width / Byte.SIZE);
    DType dtype = dtype(column.field().getType()).orElseThrow();
    Tensor wide = Tensor.empty(Shape.of(rows), dtype, Device.CPU);
    MemorySegment target = wide.segment();
    for (long row = 0; row < rows; row++) {
      if (width == Short.SIZE) {
        int value = Short.toUnsignedInt(narrow.get(SHORT, row * Short.BYTES));
        target.setAtIndex(ValueLayout.JAVA_INT, row, value);
      } else {
        long value = Integer.toUnsignedLong(narrow.get(INT, row * Integer.BYTES));
        target.setAtIndex(ValueLayout.JAVA_LONG, row, value);
      }
    }
    return wide;
  }

  /** A copy in which a number of the user's stands for what is missing. Releases {@code values}. */
  private Tensor withoutNulls(Column column, Tensor values) throws MalformedArrowException {
    try (var scope = TensorScope.open()) {
      double nullValue = nullValue(column, values.dtype());
      long[] shape = new long[values.rank()];
      Arrays.fill(shape, 1);
      shape[0] = column.length();
      Tensor mask = Tensor.of(column.nulls()).view(shape);
      Tensor stand = Tensor.full(Shape.SCALAR, nullValue, DType.FLOAT64, Device.CPU);
      return scope.keep(mask.where(stand.to(values.dtype()), values));
    } finally {
      values.release();
    }
  }

  private double nullValue(Column column, DType dtype) throws MalformedArrowException {
    String lacks = " lacks " + column.nullCount() + " of " + column.length() + " values";
    if (options.nullValue().isEmpty()) {
      throw malformed(column.field(), lacks + "; say what stands for them with nullValue(…)");
    }
    double value = options.nullValue().getAsDouble();
    if (!dtype.isFloating() && value != Math.rint(value)) {
      throw malformed(
          column.field(),
          lacks
              + ", and "
              + value
              + " cannot stand for them in "
              + dtype
              + ": it is no whole number");
    }
    return value;
  }
}
