package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.TensorSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * Files of named tensors in the safetensors format: a JSON header, then the elements, row-major and
 * little-endian.
 *
 * <p>{@link #open} checks the whole header against the file: every byte behind the header belongs
 * to exactly one tensor. Elements are read when {@link #get} asks for them, into memory of their
 * own. No handle stays open, so there is nothing to close.
 *
 * <p>Immutable and thread-safe.
 *
 * <p>Source: the format's description in the repository huggingface/safetensors, with its limit of
 * 100,000,000 bytes of header; 200,000 tensors at most.
 *
 * {@snippet :
 * SafeTensors file = SafeTensors.open(Path.of("model.safetensors"));
 * for (String name : file.names()) {
 *   System.out.println(name + " " + file.get(name));
 * }
 * }
 */
public final class SafeTensors {

  private static final long MOST_HEADER = 100_000_000;

  /** So that no header, however long, fills the heap; the largest models have a few thousand. */
  private static final int MOST_ENTRIES = 200_000;

  private static final String METADATA = "__metadata__";

  /** The format's names, bits per element, and ours where we have such elements. */
  private enum Type {
    BOOL(8, DType.BOOL),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    U8(8, DType.UINT8),
    I8(8, DType.INT8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    I16(16, DType.INT16),
    U16(16),
    F16(16, DType.FLOAT16),
    BF16(16, DType.BFLOAT16),
    I32(32, DType.INT32),
    U32(32),
    F32(32, DType.FLOAT32),
    C64(64, DType.COMPLEX64),
    F64(64, DType.FLOAT64),
    I64(64, DType.INT64),
    U64(64);

    final int bits;
    final Optional<DType> dtype;

    Type(int bits) {
      this.bits = bits;
      this.dtype = Optional.empty();
    }

    Type(int bits, DType dtype) {
      this.bits = bits;
      this.dtype = Optional.of(dtype);
    }

    static Optional<Type> named(String name) {
      return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    static Type of(DType dtype) {
      return Arrays.stream(values())
          .filter(type -> type.dtype.equals(Optional.of(dtype)))
          .findFirst()
          .orElseThrow(
              () ->
                  new DTypeException(
                      "write: safetensors has no "
                          + dtype
                          + "; save its parts, x.viewAsReal(), or x.to(DType.COMPLEX64)"));
    }
  }

  /** Where a tensor's elements lie, counted from the end of the header. */
  private record Entry(Type type, Shape shape, long from, long to) {}

  private final Path path;
  private final FileInput.Version version;
  private final long dataStart;
  private final SequencedMap<String, Entry> entries;
  private final Map<String, String> metadata;

  private SafeTensors(
      FileInput in, long dataStart, SequencedMap<String, Entry> entries, Map<String, String> meta) {
    this.path = in.path();
    this.version = in.version();
    this.dataStart = dataStart;
    this.entries = entries;
    this.metadata = Collections.unmodifiableMap(meta);
  }

  // ----------------------------------------------------------------------------------- reading

  /** Reads and checks the header. */
  public static SafeTensors open(Path file) throws TensorFileException {
    try (var in = FileInput.open(file)) {
      if (in.size() < 8) {
        throw in.wrong("is no safetensors file: it has " + in.size() + " bytes");
      }
      long length = in.bytes(0, 8).getLong();
      if (length < 2 || length > MOST_HEADER || length > in.size() - 8) {
        throw in.wrong(
            FileKind.other(in)
                .map(kind -> "is no safetensors file but " + kind)
                .orElse(
                    "the header should have "
                        + Long.toUnsignedString(length)
                        + " bytes; the file has "
                        + (in.size() - 8)
                        + " and the format allows "
                        + MOST_HEADER));
      }
      if (in.bytes(8, 1).get() != '{') {
        throw in.wrong("is no safetensors file: the header does not begin with {");
      }
      var entries = new LinkedHashMap<String, Entry>();
      var metadata = new LinkedHashMap<String, String>();
      readHeader(in, length, entries, metadata);
      requireTiling(in, entries, in.size() - 8 - length);
      return new SafeTensors(in, 8 + length, entries, metadata);
    }
  }

  private static void readHeader(
      FileInput in, long length, Map<String, Entry> entries, Map<String, String> metadata)
      throws TensorFileException {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var json =
        new JsonReader(new BufferedReader(new InputStreamReader(in.stream(8, length), decoder)));
    try {
      boolean metadataSeen = false;
      json.beginObject();
      while (json.nextMember()) {
        String name = json.name();
        if (name.equals(METADATA)) {
          if (metadataSeen) {
            throw json.wrong(METADATA + " occurs twice");
          }
          metadataSeen = true;
          readMetadata(json, metadata);
        } else if (entries.containsKey(name)) {
          throw json.wrong("tensor '" + Excerpt.of(name) + "' occurs twice");
        } else {
          entries.put(name, readEntry(json, name));
        }
        if (entries.size() + metadata.size() > MOST_ENTRIES) {
          throw json.wrong("more than " + MOST_ENTRIES + " entries");
        }
      }
      json.end();
    } catch (JsonException | ShapeException e) {
      throw new TensorFileException(in.path(), "header: " + e.getMessage(), e);
    } catch (CharacterCodingException e) {
      throw new TensorFileException(in.path(), "header: is not valid UTF-8", e);
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(in.path(), "header: " + e.getMessage(), e);
    }
  }

  private static void readMetadata(JsonReader json, Map<String, String> metadata)
      throws IOException {
    json.beginObject();
    while (json.nextMember()) {
      String key = json.name();
      if (metadata.putIfAbsent(key, json.string()) != null) {
        throw json.wrong("metadata '" + Excerpt.of(key) + "' occurs twice");
      }
      if (metadata.size() > MOST_ENTRIES) {
        throw json.wrong("more than " + MOST_ENTRIES + " entries of metadata");
      }
    }
  }

  private static Entry readEntry(JsonReader json, String name) throws IOException {
    Optional<Type> type = Optional.empty();
    Optional<List<Long>> shape = Optional.empty();
    Optional<List<Long>> offsets = Optional.empty();
    json.beginObject();
    while (json.nextMember()) {
      String field = json.name();
      if (field.equals("dtype") && type.isEmpty()) {
        String dtype = json.string();
        type = Type.named(dtype);
        if (type.isEmpty()) {
          throw json.wrong(
              "tensor '" + Excerpt.of(name) + "': unknown dtype '" + Excerpt.of(dtype) + "'");
        }
      } else if (field.equals("shape") && shape.isEmpty()) {
        shape = Optional.of(readNumbers(json, TensorData.MOST_DIMS));
      } else if (field.equals("data_offsets") && offsets.isEmpty()) {
        offsets = Optional.of(readNumbers(json, 2));
      } else {
        throw json.wrong(
            "tensor '"
                + Excerpt.of(name)
                + "': unexpected field '"
                + Excerpt.of(field)
                + "'; there must be dtype, shape and data_offsets, once each");
      }
    }
    if (type.isEmpty() || shape.isEmpty() || offsets.isEmpty() || offsets.get().size() != 2) {
      throw json.wrong(
          "tensor '" + Excerpt.of(name) + "': dtype, shape and two data_offsets are needed");
    }
    long[] sizes = shape.get().stream().mapToLong(Long::longValue).toArray();
    return new Entry(type.get(), Shape.of(sizes), offsets.get().get(0), offsets.get().get(1));
  }

  private static List<Long> readNumbers(JsonReader json, int most) throws IOException {
    var numbers = new ArrayList<Long>();
    json.beginArray();
    while (json.nextItem()) {
      String digits = json.number();
      if (numbers.size() == most) {
        throw json.wrong("more than " + most + " numbers");
      }
      try {
        long number = Long.parseLong(digits);
        if (number < 0) {
          throw json.wrong("the negative number " + digits);
        }
        numbers.add(number);
      } catch (NumberFormatException e) {
        throw json.wrong("'" + Excerpt.of(digits) + "' is no integer of 64 bits");
      }
    }
    return numbers;
  }

  /** Sizes agree with offsets, and the tensors cover the data without holes or overlap. */
  private static void requireTiling(FileInput in, Map<String, Entry> entries, long available)
      throws TensorFileException {
    var sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(
        Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().from)
            .thenComparingLong(e -> e.getValue().to));
    long covered = 0;
    for (var named : sorted) {
      Entry entry = named.getValue();
      String tensor = "tensor '" + Excerpt.of(named.getKey()) + "'";
      if (entry.from != covered) {
        throw in.wrong(
            tensor
                + " begins at "
                + entry.from
                + ", but the one before it ends at "
                + covered
                + (entry.from < covered ? ": they overlap" : ": the bytes between are nobody's"));
      }
      long bytes = bytes(in, tensor, entry);
      if (entry.to < entry.from || entry.to - entry.from != bytes) {
        throw in.wrong(
            tensor
                + ": "
                + entry.type
                + " "
                + entry.shape
                + " needs "
                + bytes
                + " bytes, but its offsets are "
                + entry.from
                + " to "
                + entry.to);
      }
      if (entry.to > available) {
        throw in.wrong(
            tensor + " ends at byte " + entry.to + " of the data, which end at " + available);
      }
      covered = entry.to;
    }
    if (covered != available) {
      throw in.wrong(
          "the tensors have "
              + covered
              + " bytes, but behind the header there are "
              + available
              + " bytes");
    }
  }

  private static long bytes(FileInput in, String tensor, Entry entry) throws TensorFileException {
    try {
      long bits = Math.multiplyExact(entry.shape.numel(), (long) entry.type.bits);
      if (bits % 8 != 0) {
        throw in.wrong(tensor + ": " + bits + " bits are no whole number of bytes");
      }
      return bits / 8;
    } catch (ArithmeticException e) {
      throw new TensorFileException(
          in.path(), tensor + ": " + entry.shape + " is larger than any file", e);
    }
  }

  /** The names of the tensors, in the order of the header. */
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(entries.sequencedKeySet());
  }

  /** The metadata: text by name. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Shape and dtype of a tensor, without reading it. */
  public TensorSpec spec(String name) throws TensorFileException {
    Entry entry = entry(name);
    return TensorSpec.of(entry.shape, dtype(name, entry));
  }

  /** Reads a tensor into new memory on the CPU. */
  public Tensor get(String name) throws TensorFileException {
    try (var in = FileInput.open(path)) {
      return read(in, name);
    }
  }

  /** Reads all tensors, in the order of the header. */
  public SequencedMap<String, Tensor> readAll() throws TensorFileException {
    var tensors = new LinkedHashMap<String, Tensor>();
    try (var in = FileInput.open(path)) {
      for (String name : entries.keySet()) {
        tensors.put(name, read(in, name));
      }
      return tensors;
    } catch (TensorFileException | RuntimeException | Error e) {
      tensors.values().forEach(Tensor::release);
      throw e;
    }
  }

  private Tensor read(FileInput in, String name) throws TensorFileException {
    Entry entry = entry(name);
    DType dtype = dtype(name, entry);
    if (!in.version().equals(version)) {
      throw in.wrong("has changed since it was opened; open it again");
    }
    return TensorData.read(in, dataStart + entry.from, entry.shape, dtype);
  }

  private Entry entry(String name) throws TensorFileException {
    Entry entry = entries.get(name);
    if (entry == null) {
      List<String> some = entries.keySet().stream().limit(10).toList();
      throw new TensorFileException(
          path,
          "has no tensor '"
              + Excerpt.of(name)
              + "'; there are "
              + entries.size()
              + (some.isEmpty() ? "" : ": " + Excerpt.of(String.join(", ", some))));
    }
    return entry;
  }

  private DType dtype(String name, Entry entry) throws TensorFileException {
    return entry.type.dtype.orElseThrow(
        () ->
            new TensorFileException(
                path, "tensor '" + Excerpt.of(name) + "': " + entry.type + " is not supported"));
  }

  // ----------------------------------------------------------------------------------- writing

  /** Writes tensors without metadata. */
  public static void write(Path file, Map<String, Tensor> tensors) throws TensorFileException {
    write(file, tensors, Map.of());
  }

  /**
   * Writes tensors, each in full even where they share memory. The header keeps the order of the
   * map, or of the names where the map has none; the elements come wide dtypes first, so that every
   * tensor is aligned. The file is replaced as a whole or not at all.
   *
   * @throws IllegalArgumentException for a name that the format does not allow
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws TensorFileException {
    List<String> names = ordered(tensors);
    for (String name : names) {
      TensorData.requireElements("write " + file + ", tensor '" + name + "'", of(tensors, name));
    }
    List<String> byWidth = new ArrayList<>(names);
    byWidth.sort(
        Comparator.<String>comparingInt(name -> of(tensors, name).dtype().bytes()).reversed());
    byte[] header = header(names, byWidth, tensors, metadata);
    AtomicFile.write(
        file,
        out -> {
          out.writeLong(header.length);
          out.write(header);
          for (String name : byWidth) {
            try (var _ = TensorScope.open()) {
              MemorySegment elements = TensorData.rowMajor(of(tensors, name));
              out.write(elements);
            }
          }
        });
  }

  private static <T> T of(Map<String, T> map, String name) {
    T value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException("write: '" + name + "' is null");
    }
    return value;
  }

  private static <T> List<String> ordered(Map<String, T> map) {
    var names = new ArrayList<>(map.keySet());
    if (!(map instanceof SequencedMap)) {
      Collections.sort(names);
    }
    return names;
  }

  private static byte[] header(
      List<String> names,
      List<String> byWidth,
      Map<String, Tensor> tensors,
      Map<String, String> metadata) {
    var offsets = new LinkedHashMap<String, Long>();
    long end = 0;
    for (String name : byWidth) {
      offsets.put(name, end);
      end += of(tensors, name).spec().bytes();
    }
    var members = new LinkedHashMap<String, Json>();
    if (!metadata.isEmpty()) {
      var texts = new LinkedHashMap<String, Json>();
      ordered(metadata).forEach(key -> texts.put(key, Json.of(of(metadata, key))));
      members.put(METADATA, Json.object(texts));
    }
    for (String name : names) {
      if (name.equals(METADATA)) {
        throw new IllegalArgumentException("write: a tensor cannot be named " + METADATA);
      }
      TensorSpec spec = of(tensors, name).spec();
      long from = offsets.getOrDefault(name, 0L);
      var fields = new LinkedHashMap<String, Json>();
      fields.put("dtype", Json.of(Type.of(spec.dtype()).name()));
      fields.put("shape", numbers(spec.shape().sizes()));
      fields.put("data_offsets", numbers(from, from + spec.bytes()));
      members.put(name, Json.object(fields));
    }
    byte[] text = utf8(Json.object(members).toString());
    byte[] padded = Arrays.copyOf(text, text.length + 7 & -8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }

  private static Json numbers(long... values) {
    return Json.array(Arrays.stream(values).mapToObj(Json::of).toList());
  }

  private static byte[] utf8(String text) {
    try {
      var bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      return Arrays.copyOf(bytes.array(), bytes.limit());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("write: a name has half of a surrogate pair", e);
    }
  }
}
