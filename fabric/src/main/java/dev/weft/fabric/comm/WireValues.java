package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;
import static java.util.stream.Collectors.joining;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns plain values into bytes for another rank, and back: null, Boolean, Integer, Long, Float,
 * Double, String, byte[], List, Map (in its order) and Tensor, nested in each other, and types that
 * the user registers. An Integer comes out as an Integer, a Long as a Long, a NaN with its bits.
 *
 * <p>No class is ever looked up by a name from the bytes, and no Java serialization takes place.
 * Bytes that were damaged or made up give a {@link WireFormatException}; what they say about sizes
 * is checked against what is there before memory is taken for it.
 *
 * <p>Lists come out as {@link ArrayList}, maps as {@link LinkedHashMap}, tensors contiguous and on
 * the CPU. A value that occurs twice comes out as two values. Immutable and thread-safe.
 *
 * {@snippet :
 * record Point(int x, int y) {}
 * WireValues values = WireValues.plain()
 *     .with("point", Point.class, p -> List.of(p.x(), p.y()), v -> {
 *       List<?> xy = (List<?>) v;
 *       return new Point((Integer) xy.get(0), (Integer) xy.get(1));
 *     });
 * Object copy = values.decode(values.encode(Map.of("at", new Point(1, 2))));
 * }
 */
public final class WireValues {

  /** Starts every encoding; the last digit is the version. */
  private static final byte[] MAGIC = "WVAL1".getBytes(StandardCharsets.US_ASCII);

  private static final int DEFAULT_DEPTH = 100;

  /** What every thread's stack has room for. */
  private static final int MOST_DEPTH = 1000;

  private static final int DEFAULT_BYTES = 1 << 30;
  private static final int MOST_DIMENSIONS = 64;

  private static final byte NULL = 0;
  private static final byte FALSE = 1;
  private static final byte TRUE = 2;
  private static final byte INTEGER = 3;
  private static final byte LONG = 4;
  private static final byte FLOAT = 5;
  private static final byte DOUBLE = 6;
  private static final byte STRING = 7;

  /** A string that UTF-8 cannot hold, because it has half of a surrogate pair: its chars. */
  private static final byte CHARS = 8;

  private static final byte BYTES = 9;
  private static final byte LIST = 10;
  private static final byte MAP = 11;
  private static final byte TENSOR = 12;
  private static final byte REGISTERED = 13;

  /** A type of the user's: its name on the wire, and how it becomes a plain value and back. */
  private record Codec<T>(
      String name, Class<T> type, Function<T, Object> encode, Function<Object, T> decode) {

    Object toPlain(Object value) {
      return encode.apply(type.cast(value));
    }
  }

  private final List<Codec<?>> codecs;
  private final int maxDepth;
  private final int maxBytes;

  private WireValues(List<Codec<?>> codecs, int maxDepth, int maxBytes) {
    this.codecs = codecs;
    this.maxDepth = maxDepth;
    this.maxBytes = maxBytes;
  }

  /** Plain values and tensors; at most 100 levels deep and 1 GiB long. */
  public static WireValues plain() {
    return new WireValues(List.of(), DEFAULT_DEPTH, DEFAULT_BYTES);
  }

  /**
   * Also values of {@code type} and its subtypes. All ranks register the same types.
   *
   * @param name stands for the type in the bytes; any text
   * @param encode makes of a value one that is plain or registered
   * @param decode makes a value of what {@code encode} made; it may throw any exception, which is
   *     reported as a {@link WireFormatException}
   */
  public <T> WireValues with(
      String name, Class<T> type, Function<T, Object> encode, Function<Object, T> decode) {
    for (Codec<?> known : codecs) {
      if (known.name.equals(name) || known.type == type) {
        throw new IllegalArgumentException(
            text("WireValues: '%s' (%s) is registered already", name, type.getName()));
      }
    }
    List<Codec<?>> more = new ArrayList<>(codecs);
    more.add(new Codec<>(name, type, encode, decode));
    return new WireValues(List.copyOf(more), maxDepth, maxBytes);
  }

  /** With other limits on nesting and on the length of an encoding, in both directions. */
  public WireValues withLimits(int depth, int bytes) {
    if (depth < 1 || depth > MOST_DEPTH || bytes < 1) {
      throw new IllegalArgumentException(
          text(
              "WireValues: limits of %d levels and %d bytes: 1 to %d levels and at least 1 byte",
              depth, bytes, MOST_DEPTH));
    }
    return new WireValues(codecs, depth, bytes);
  }

  /**
   * The bytes of a value.
   *
   * @throws IllegalArgumentException naming the place and the type when a value is neither plain
   *     nor registered, is nested too deeply (or in itself), or becomes too long
   */
  public byte[] encode(@Nullable Object value) {
    var encoder = new Encoder();
    encoder.out.writeBytes(MAGIC);
    try {
      encoder.write(value, 1);
    } catch (Unsendable e) {
      throw new IllegalArgumentException(
          text("WireValues: value%s: %s", e.place(), Text.reason(e)));
    }
    return encoder.out.toByteArray();
  }

  /** A value that cannot be encoded; learns its place in the whole on its way up. */
  private static final class Unsendable extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int SHOWN = 10;

    private final Deque<String> path = new ArrayDeque<>();

    Unsendable(String message) {
      super(message, null, false, false);
    }

    Unsendable inside(String part) {
      path.addFirst(part);
      return this;
    }

    /** The innermost parts; with a value that holds itself there are many. */
    String place() {
      String shown = path.stream().skip(Math.max(0, path.size() - SHOWN)).collect(joining());
      return path.size() > SHOWN ? "…" + shown : shown;
    }
  }

  /**
   * The value that {@link #encode} was given.
   *
   * @throws WireFormatException when the bytes are anything else
   */
  public @Nullable Object decode(byte[] bytes) {
    if (bytes.length > maxBytes) {
      throw new WireFormatException(
          text("WireValues: %d bytes are more than the limit of %d", bytes.length, maxBytes));
    }
    var decoder = new Decoder(ByteBuffer.wrap(bytes));
    try {
      for (byte expected : MAGIC) {
        if (decoder.in.get() != expected) {
          throw decoder.wrong("no encoded value of this version begins here");
        }
      }
      Object value = decoder.read(1);
      if (decoder.in.hasRemaining()) {
        throw decoder.wrong("more bytes than the value has");
      }
      return value;
    } catch (BufferUnderflowException e) {
      throw decoder.wrong("the bytes end in the middle of a value");
    }
  }

  private final class Encoder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void write(@Nullable Object value, int depth) {
      if (depth > maxDepth) {
        throw new Unsendable(text("nested more than %d levels deep, or in itself", maxDepth));
      }
      switch (value) {
        case null -> out.write(NULL);
        case Boolean flag -> out.write(flag ? TRUE : FALSE);
        case Integer number -> put(INTEGER, ByteBuffer.allocate(4).putInt(number));
        case Long number -> put(LONG, ByteBuffer.allocate(8).putLong(number));
        case Float number ->
            put(FLOAT, ByteBuffer.allocate(4).putInt(Float.floatToRawIntBits(number)));
        case Double number ->
            put(DOUBLE, ByteBuffer.allocate(8).putLong(Double.doubleToRawLongBits(number)));
        case String string -> writeString(string);
        case byte[] bytes -> putSized(BYTES, bytes);
        case List<?> list -> writeList(list, depth);
        case Map<?, ?> map -> writeMap(map, depth);
        case Tensor tensor -> writeTensor(tensor);
        default -> writeRegistered(value, depth);
      }
    }

    private void writeList(List<?> list, int depth) {
      put(LIST, ByteBuffer.allocate(4).putInt(list.size()));
      int index = 0;
      for (Object element : list) {
        try {
          write(element, depth + 1);
        } catch (Unsendable e) {
          throw e.inside("[" + index + "]");
        }
        index++;
      }
    }

    private void writeMap(Map<?, ?> map, int depth) {
      put(MAP, ByteBuffer.allocate(4).putInt(map.size()));
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        try {
          write(entry.getKey(), depth + 1);
        } catch (Unsendable e) {
          throw e.inside("[a key]");
        }
        try {
          write(entry.getValue(), depth + 1);
        } catch (Unsendable e) {
          throw e.inside("[" + entry.getKey() + "]");
        }
      }
    }

    private void writeString(String string) {
      Optional<byte[]> utf8 = utf8(string);
      if (utf8.isPresent()) {
        putSized(STRING, utf8.get());
      } else {
        ByteBuffer chars = ByteBuffer.allocate(Math.multiplyExact(2, string.length()));
        chars.asCharBuffer().put(string);
        putSized(CHARS, chars.array());
      }
    }

    private static Optional<byte[]> utf8(String string) {
      try {
        ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(string));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return Optional.of(bytes);
      } catch (CharacterCodingException e) {
        return Optional.empty();
      }
    }

    private void writeTensor(Tensor tensor) {
      Tensor plain = tensor.alias(); // nothing done to it is recorded for backward
      Tensor packed = plain.to(Device.CPU).contiguous();
      long[] sizes = packed.shape().sizes();
      MemorySegment memory = packed.segment();
      requireRoom(memory.byteSize());
      ByteBuffer head = ByteBuffer.allocate(2 + 8 * sizes.length);
      head.put((byte) packed.dtype().ordinal()).put((byte) sizes.length);
      for (long size : sizes) {
        head.putLong(size);
      }
      put(TENSOR, head);
      out.writeBytes(memory.toArray(ValueLayout.JAVA_BYTE));
      packed.release();
      plain.release(); // the same one where nothing was copied; releasing it twice is harmless
    }

    private void writeRegistered(Object value, int depth) {
      for (Codec<?> codec : codecs) {
        if (codec.type.isInstance(value)) {
          putSized(REGISTERED, codec.name.getBytes(StandardCharsets.UTF_8));
          write(codec.toPlain(value), depth + 1);
          return;
        }
      }
      throw new Unsendable(
          text(
              "a %s: only null, Boolean, Integer, Long, Float, Double, String, byte[], List, Map"
                  + " and Tensor are sent between ranks; register its type with WireValues.with",
              value.getClass().getName()));
    }

    private void putSized(byte tag, byte[] body) {
      put(tag, ByteBuffer.allocate(4).putInt(body.length));
      requireRoom(body.length);
      out.writeBytes(body);
    }

    private void put(byte tag, ByteBuffer body) {
      requireRoom(1 + body.capacity());
      out.write(tag);
      out.writeBytes(body.array());
    }

    private void requireRoom(long more) {
      if (out.size() + more > maxBytes) {
        throw new Unsendable(text("does not fit into %d bytes", maxBytes));
      }
    }
  }

  private final class Decoder {
    private final ByteBuffer in;

    Decoder(ByteBuffer in) {
      this.in = in;
    }

    WireFormatException wrong(String what) {
      return new WireFormatException(text("WireValues: byte %d: %s", in.position(), what));
    }

    @Nullable Object read(int depth) {
      if (depth > maxDepth) {
        throw wrong(text("nested more than %d levels deep", maxDepth));
      }
      byte tag = in.get();
      return switch (tag) {
        case NULL -> null;
        case FALSE -> false;
        case TRUE -> true;
        case INTEGER -> in.getInt();
        case LONG -> in.getLong();
        case FLOAT -> Float.intBitsToFloat(in.getInt());
        case DOUBLE -> Double.longBitsToDouble(in.getLong());
        case STRING -> readUtf8();
        case CHARS -> readChars();
        case BYTES -> readBytes();
        case LIST -> readList(depth);
        case MAP -> readMap(depth);
        case TENSOR -> readTensor();
        case REGISTERED -> readRegistered(depth);
        default -> throw wrong(text("there is no kind of value with number %d", tag));
      };
    }

    /** A count of things that take {@code least} bytes each. */
    private int readCount(int least) {
      int count = in.getInt();
      if (count < 0 || count > in.remaining() / least) {
        throw wrong(text("%d things in the %d bytes that are left", count, in.remaining()));
      }
      return count;
    }

    private byte[] readBytes() {
      byte[] bytes = new byte[readCount(1)];
      in.get(bytes);
      return bytes;
    }

    private String readUtf8() {
      int length = readCount(1);
      ByteBuffer utf8 = in.slice(in.position(), length);
      in.position(in.position() + length);
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
      } catch (CharacterCodingException e) {
        throw wrong("a string that is not UTF-8");
      }
    }

    private String readChars() {
      ByteBuffer chars = ByteBuffer.wrap(readBytes());
      if (chars.capacity() % 2 != 0) {
        throw wrong("half a char");
      }
      return chars.asCharBuffer().toString();
    }

    private List<@Nullable Object> readList(int depth) {
      int count = readCount(1);
      List<@Nullable Object> list = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        list.add(read(depth + 1));
      }
      return list;
    }

    private Map<@Nullable Object, @Nullable Object> readMap(int depth) {
      int count = readCount(2);
      Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        map.put(read(depth + 1), read(depth + 1));
        if (map.size() != i + 1) {
          throw wrong("a map with the same key twice");
        }
      }
      return map;
    }

    private Tensor readTensor() {
      int type = in.get();
      int rank = in.get();
      if (type < 0 || type >= DType.values().length || rank < 0 || rank > MOST_DIMENSIONS) {
        throw wrong(text("a tensor of dtype number %d and %d dimensions", type, rank));
      }
      DType dtype = DType.values()[type];
      long[] sizes = new long[rank];
      long bytes = dtype.bytes();
      boolean empty = false;
      for (int i = 0; i < rank; i++) {
        sizes[i] = in.getLong();
        empty |= sizes[i] == 0;
        // Any product of the sizes, zeros aside, must stay countable.
        long high = Math.multiplyHigh(bytes, Math.max(1, sizes[i]));
        bytes = bytes * Math.max(1, sizes[i]);
        if (sizes[i] < 0 || high != 0 || bytes < 0) {
          throw wrong("a tensor of impossible size");
        }
      }
      int length = empty ? 0 : (int) Math.min(bytes, Integer.MAX_VALUE);
      if (length > in.remaining()) {
        throw wrong(text("a tensor of %d bytes in the %d that are left", bytes, in.remaining()));
      }
      Tensor tensor = Tensor.empty(Shape.of(sizes), dtype, Device.CPU);
      MemorySegment.copy(MemorySegment.ofBuffer(in), 0, tensor.segment(), 0, length);
      in.position(in.position() + length);
      return tensor;
    }

    private Object readRegistered(int depth) {
      String name = readUtf8();
      for (Codec<?> codec : codecs) {
        if (codec.name.equals(name)) {
          Object plain = read(depth + 1);
          if (plain == null) {
            throw wrong(text("'%s' cannot be made of null", name));
          }
          try {
            return codec.decode.apply(plain);
          } catch (RuntimeException e) {
            WireFormatException wrong = wrong(text("'%s' cannot be made of this: %s", name, e));
            wrong.initCause(e);
            throw wrong;
          }
        }
      }
      throw wrong(text("'%s' is not a registered type; register it on every rank", name));
    }
  }
}
