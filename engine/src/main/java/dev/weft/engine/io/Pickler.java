package dev.weft.engine.io;

import dev.weft.engine.Complex;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tree of values as a pickle of protocol 2, with no other opcodes and names than those
 * that PyTorch's weights-only reader takes. What occurs twice is written once.
 */
final class Pickler {

  /** Tells where a tensor's elements will be. */
  interface Storages {
    /** The key of the record and the number of its elements of the given type. */
    Stored store(Tensor tensor, TorchType type, String place);
  }

  record Stored(String key, long elements) {}

  /** Python's pickler opens a new batch after so many items, and readers may rely on it. */
  private static final int BATCH = 1000;

  private static final int MOST_INT_BYTES = 255;

  private final String file;
  private final Storages storages;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Map<Object, Integer> identities = new IdentityHashMap<>();
  private final Map<String, Integer> texts = new HashMap<>();
  private final Map<String, Integer> globals = new HashMap<>();
  private final Map<Object, Boolean> open = new IdentityHashMap<>();
  private final Deque<String> path = new ArrayDeque<>();
  private boolean inKey;
  private int memo;

  /**
   * @param file for messages
   */
  Pickler(String file, Storages storages) {
    this.file = file;
    this.storages = storages;
  }

  byte[] pickle(Object tree) {
    out.write(0x80);
    out.write(2);
    value(tree);
    out.write('.');
    return out.toByteArray();
  }

  // ------------------------------------------------------------------------------------ values

  private void value(@Nullable Object value) {
    switch (value) {
      case null -> out.write('N');
      case Optional<?> optional -> value(optional.isPresent() ? optional.get() : null);
      case Boolean truth -> out.write(truth ? 0x88 : 0x89);
      case Long number -> integer(number);
      case Integer number -> integer(number);
      case Short number -> integer(number);
      case Byte number -> integer(number);
      case BigInteger number -> integer(number);
      case Double number -> floating(number);
      case Float number -> floating(number);
      case String text -> text(text);
      case byte[] bytes -> bytes(bytes);
      case Complex complex -> complex(complex);
      case Shape shape -> shape(shape);
      case DType dtype -> global("torch", TorchType.of(dtype).torchName);
      case Device device -> device(device);
      case Tensor tensor -> once(tensor, () -> tensor(tensor));
      case Tuple tuple -> container(tuple, () -> tuple(tuple));
      case List<?> list -> container(list, () -> list(list));
      case Map<?, ?> map -> container(map, () -> map(map));
      case Set<?> set -> container(set, () -> set(set));
      default ->
          throw refused(
              "is a "
                  + value.getClass().getName()
                  + ", which is not written: use numbers, text, lists, maps and tensors");
    }
  }

  private IllegalArgumentException refused(String problem) {
    return new IllegalArgumentException(
        "write " + file + ": the value" + String.join("", path) + " " + problem);
  }

  private void integer(long value) {
    if (value >= 0 && value < 256) {
      out.write('K');
      out.write((int) value);
    } else if (value >= 0 && value < 65536) {
      out.write('M');
      little(2, value);
    } else if (value == (int) value) {
      out.write('J');
      little(4, value);
    } else {
      integer(BigInteger.valueOf(value));
    }
  }

  private void integer(BigInteger value) {
    byte[] big = value.toByteArray();
    if (big.length > MOST_INT_BYTES) {
      throw refused("is an integer of " + big.length + " bytes; at most 255 are written");
    }
    out.write(0x8a);
    out.write(big.length);
    for (int i = big.length - 1; i >= 0; i--) {
      out.write(big[i]);
    }
  }

  private void floating(double value) {
    out.write('G');
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.BIG_ENDIAN).putDouble(0, value).array());
  }

  private void little(int bytes, long value) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> 8 * i));
    }
  }

  private void text(String text) {
    Integer known = texts.get(text);
    if (known != null) {
      recall(known);
      return;
    }
    byte[] bytes;
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
    } catch (CharacterCodingException e) {
      throw refused("is text with half of a surrogate pair");
    }
    out.write('X');
    little(4, bytes.length);
    out.writeBytes(bytes);
    texts.put(text, remember());
  }

  /** Protocol 2 has no bytes; Python writes them as text of characters up to U+00FF. */
  private void bytes(byte[] bytes) {
    global("_codecs", "encode");
    text(new String(bytes, StandardCharsets.ISO_8859_1));
    text("latin1");
    out.write(0x86);
    out.write('R');
  }

  private void complex(Complex complex) {
    global("__builtin__", "complex");
    floating(complex.re());
    floating(complex.im());
    out.write(0x86);
    out.write('R');
  }

  private void shape(Shape shape) {
    global("torch", "Size");
    integers(shape.sizes());
    out.write(0x85);
    out.write('R');
  }

  private void device(Device device) {
    global("torch", "device");
    text(device.type());
    if (device.type().equals("cuda")) {
      integer(device.index());
      out.write(0x86);
    } else {
      out.write(0x85);
    }
    out.write('R');
  }

  private void global(String module, String name) {
    String line = "c" + module + "\n" + name + "\n";
    Integer known = globals.get(line);
    if (known != null) {
      recall(known);
      return;
    }
    out.writeBytes(line.getBytes(StandardCharsets.US_ASCII));
    globals.put(line, remember());
  }

  // -------------------------------------------------------------------------------------- memo

  private int remember() {
    out.write(memo < 256 ? 'q' : 'r');
    little(memo < 256 ? 1 : 4, memo);
    return memo++;
  }

  private void recall(int index) {
    out.write(index < 256 ? 'h' : 'j');
    little(index < 256 ? 1 : 4, index);
  }

  private void once(Object value, Runnable write) {
    Integer known = identities.get(value);
    if (known != null) {
      recall(known);
      return;
    }
    write.run();
    identities.put(value, remember());
  }

  // -------------------------------------------------------------------------------- containers

  /** {@code write} leaves the container on the stack and puts it into the memo. */
  private void container(Object container, Runnable write) {
    Integer known = identities.get(container);
    if (inKey && !(container instanceof Tuple)) {
      throw refused("is a " + container.getClass().getName() + ", which cannot be a key");
    }
    if (open.putIfAbsent(container, true) != null) {
      throw refused("holds itself");
    }
    if (path.size() >= Tree.MOST_DEPTH) {
      throw refused("is nested in more than " + Tree.MOST_DEPTH + " levels");
    }
    if (known != null) {
      recall(known);
    } else {
      write.run();
    }
    open.remove(container);
  }

  private void item(String label, @Nullable Object value) {
    path.addLast(label);
    value(value);
    path.removeLast();
  }

  private void tuple(Tuple tuple) {
    int size = tuple.size();
    if (size == 0) {
      out.write(')');
      return;
    }
    if (size > 3) {
      out.write('(');
    }
    for (int i = 0; i < size; i++) {
      item("[" + i + "]", tuple.get(i));
    }
    out.write(size > 3 ? 't' : 0x84 + size);
    identities.put(tuple, remember());
  }

  private void integers(long[] values) {
    if (values.length == 0) {
      out.write(')');
      return;
    }
    if (values.length > 3) {
      out.write('(');
    }
    for (long value : values) {
      integer(value);
    }
    out.write(values.length > 3 ? 't' : 0x84 + values.length);
  }

  private void list(List<?> list) {
    out.write(']');
    identities.put(list, remember());
    items(list);
  }

  private void items(Collection<?> items) {
    Iterator<?> iterator = items.iterator();
    int index = 0;
    while (iterator.hasNext()) {
      out.write('(');
      do {
        item("[" + index + "]", iterator.next());
        index++;
      } while (index % BATCH != 0 && iterator.hasNext());
      out.write('e');
    }
  }

  private void map(Map<?, ?> map) {
    if (map instanceof OrderedDict || isStateDict(map)) {
      global("collections", "OrderedDict");
      out.write(')');
      out.write('R');
    } else {
      out.write('}');
    }
    identities.put(map, remember());
    entries(map);
    if (map instanceof OrderedDict dict && !dict.attributes().isEmpty()) {
      item(".attributes()", dict.attributes());
      out.write('b');
    }
  }

  private static boolean isStateDict(Map<?, ?> map) {
    return !map.isEmpty()
        && map.entrySet().stream()
            .allMatch(e -> e.getKey() instanceof String && e.getValue() instanceof Tensor);
  }

  private void entries(Map<?, ?> map) {
    Iterator<? extends Map.Entry<?, ?>> entries = ordered(map).iterator();
    while (entries.hasNext()) {
      out.write('(');
      for (int in = 0; in < BATCH && entries.hasNext(); in++) {
        Map.Entry<?, ?> entry = entries.next();
        Object key = entry.getKey();
        String label = key instanceof String text ? "\"" + Excerpt.of(text) + "\"" : "" + key;
        key(".keys(" + label + ")", key);
        item("[" + label + "]", entry.getValue());
      }
      out.write('u');
    }
  }

  /** Python takes as a key what cannot change. */
  private void key(String label, @Nullable Object key) {
    path.addLast(label);
    boolean outer = inKey;
    inKey = true;
    value(key);
    inKey = outer;
    path.removeLast();
  }

  private void set(Set<?> set) {
    global("__builtin__", "set");
    out.write(']');
    Iterator<?> items = ordered(set).iterator();
    while (items.hasNext()) {
      out.write('(');
      for (int in = 0; in < BATCH && items.hasNext(); in++) {
        key("[an item]", items.next());
      }
      out.write('e');
    }
    out.write(0x85);
    out.write('R');
    identities.put(set, remember());
  }

  /** In the order of the map, or where it has none, of its keys' types and texts. */
  private static List<? extends Map.Entry<?, ?>> ordered(Map<?, ?> map) {
    var entries = new ArrayList<Map.Entry<?, ?>>(map.entrySet());
    if (!(map instanceof SequencedMap)) {
      entries.sort(Comparator.comparing(e -> sortKey(e.getKey())));
    }
    return entries;
  }

  private static List<?> ordered(Set<?> set) {
    var items = new ArrayList<Object>(set);
    if (!(set instanceof SequencedCollection)) {
      items.sort(Comparator.comparing(Pickler::sortKey));
    }
    return items;
  }

  private static String sortKey(@Nullable Object key) {
    return key == null ? "" : key.getClass().getName() + " " + key;
  }

  // ----------------------------------------------------------------------------------- tensors

  private void tensor(Tensor tensor) {
    TorchType type = TorchType.of(tensor.dtype());
    long[] sizes = tensor.shape().sizes();
    long[] strides = tensor.layout().strides();
    long offset = tensor.layout().offset();
    Stored stored = storages.store(tensor, type, String.join("", path));
    global("torch._utils", "_rebuild_tensor_v2");
    out.write('(');
    out.write('(');
    text("storage");
    global("torch", type.storage);
    text(stored.key);
    text("cpu");
    integer(stored.elements);
    out.write('t');
    out.write('Q');
    integer(offset);
    integers(sizes);
    integers(strides);
    out.write(0x89);
    global("collections", "OrderedDict");
    out.write(')');
    out.write('R');
    out.write('t');
    out.write('R');
  }
}
