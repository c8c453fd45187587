package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.io.Pickled.StorageRef;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads one pickle of plain values. The opcodes are those that Python's pickle module writes for
 * such (protocols 2 to 5); a name stands for one of the functions in {@link Globals}, for a decoder
 * of the caller, or ends the reading. Nothing in a pickle can name code to run.
 *
 * <p>No recursion: depth costs no stack. Time is linear in the pickle; what is made is counted
 * against a {@link Budget}.
 *
 * <p>Source: the opcodes' descriptions in Python's {@code pickletools}.
 */
final class Unpickler {

  private static final int MOST_INT_BYTES = 256;
  private static final int MOST_MIXED_KEYS = 1000;
  private static final int MOST_KEY_ITEMS = 256;
  private static final int MOST_MEMO_GAP = 1000;

  private final PickleInput in;
  private final Budget budget;
  private final Map<String, TorchFile.Decoder> decoders;
  private final Map<String, StorageRef> storages;

  private @Nullable Object[] stack = new Object[64];
  private int top;
  private int[] marks = new int[16];
  private int markTop;
  private @Nullable Object[] memo = new Object[64];
  private int memoTop;

  /**
   * @param storages filled with the storages that the pickle refers to, by key
   */
  Unpickler(
      PickleInput in,
      Budget budget,
      Map<String, TorchFile.Decoder> decoders,
      Map<String, StorageRef> storages) {
    this.in = in;
    this.budget = budget;
    this.decoders = decoders;
    this.storages = storages;
  }

  TensorFileException wrong(String problem) {
    return in.wrong(problem);
  }

  TensorFileException wrong(String problem, Throwable cause) {
    return in.wrong(problem, cause);
  }

  TensorFileException wrong(RuntimeException problem) {
    return in.wrong(problem);
  }

  void spend(long bytes) throws TensorFileException {
    if (!budget.spend(bytes)) {
      throw tooLarge();
    }
  }

  private TensorFileException tooLarge() {
    return wrong(
        "the values take more than "
            + budget.limit()
            + " bytes of heap; if you trust the file, raise TorchFile.Options.heapBytes");
  }

  // ----------------------------------------------------------------------------------- opcodes

  /** Reads up to and including the STOP that ends the pickle. */
  Object load() throws TensorFileException {
    if (in.u8() != 0x80) {
      throw wrong("is no pickle of protocol 2 or later");
    }
    requireProtocol(in.u8());
    while (true) {
      int op = in.u8();
      switch (op) {
        case 0x80 -> requireProtocol(in.u8()); // PROTO
        case 0x95 -> in.requireLeft(in.i64()); // FRAME: a hint for readers of streams
        case '.' -> { // STOP
          if (top != 1 || markTop != 0) {
            throw wrong("the pickle ends with " + top + " values instead of one");
          }
          return pop();
        }
        case '(' -> mark();
        case 'N' -> push(Optional.empty());
        case 0x88 -> push(true);
        case 0x89 -> push(false);
        case 'K' -> pushInt(in.u8());
        case 'M' -> pushInt(in.u16());
        case 'J' -> pushInt(in.i32());
        case 0x8a -> pushInteger(in.u8()); // LONG1
        case 0x8b -> pushInteger(in.u32()); // LONG4
        case 'G' -> {
          spend(Budget.NUMBER);
          push(in.f64());
        }
        case 'X' -> pushText(in.u32()); // BINUNICODE
        case 0x8c -> pushText(in.u8()); // SHORT_BINUNICODE
        case 0x8d -> pushText(in.i64()); // BINUNICODE8
        case 'U' -> pushText(in.u8()); // SHORT_BINSTRING, a str of Python 2
        case 'T' -> pushText(in.u32()); // BINSTRING
        case 'C' -> pushBytes(in.u8()); // SHORT_BINBYTES
        case 'B' -> pushBytes(in.u32()); // BINBYTES
        case 0x8e -> pushBytes(in.i64()); // BINBYTES8
        case 0x96 -> pushBytes(in.i64()); // BYTEARRAY8
        case ']' -> {
          spend(Budget.LIST);
          push(new ArrayList<>());
        }
        case '}' -> {
          spend(Budget.MAP);
          push(new LinkedHashMap<>());
        }
        case 0x8f -> { // EMPTY_SET
          spend(Budget.MAP);
          push(new LinkedHashSet<>());
        }
        case ')' -> push(Tuple.of());
        case 0x85 -> push(tuple(take(1)));
        case 0x86 -> push(tuple(take(2)));
        case 0x87 -> push(tuple(take(3)));
        case 't' -> push(tuple(takeToMark()));
        case 'a' -> append(take(1));
        case 'e' -> append(takeToMark());
        case 's' -> setItems(take(2));
        case 'u' -> setItems(takeToMark());
        case 0x90 -> addItems(takeToMark());
        case 0x91 -> push(set(takeToMark())); // FROZENSET
        case 'c' -> {
          String module = in.line();
          push(Globals.find(module, in.line(), decoders, this));
        }
        case 0x93 -> { // STACK_GLOBAL
          Object[] names = take(2);
          push(Globals.find(text(names[0]), text(names[1]), decoders, this));
        }
        case 'R' -> reduce();
        case 0x81 -> newObject();
        case 'b' -> build();
        case 'Q' -> push(persistent(pop()));
        case 'q' -> remember(in.u8());
        case 'r' -> remember(in.u32());
        case 0x94 -> remember(memoTop);
        case 'h' -> recall(in.u8());
        case 'j' -> recall(in.u32());
        default ->
            throw wrong(
                String.format(
                    Locale.ROOT,
                    "the opcode 0x%02x is not one that plain values are written with",
                    op));
      }
    }
  }

  private void requireProtocol(int protocol) throws TensorFileException {
    if (protocol < 2 || protocol > 5) {
      throw wrong("pickle protocol " + protocol + " is not supported; 2 to 5 are");
    }
  }

  // ------------------------------------------------------------------------------------- stack

  private void push(Object value) throws TensorFileException {
    if (top == stack.length) {
      spend((long) Budget.REFERENCE * top);
      stack = Arrays.copyOf(stack, 2 * top);
    }
    stack[top++] = value;
  }

  private Object pop() throws TensorFileException {
    Object value = peek();
    stack[--top] = null;
    return value;
  }

  private Object peek() throws TensorFileException {
    int floor = markTop == 0 ? 0 : marks[markTop - 1];
    Object value = top > floor ? stack[top - 1] : null;
    if (value == null) {
      throw wrong("a value is missing");
    }
    return value;
  }

  private void mark() throws TensorFileException {
    if (markTop == marks.length) {
      spend((long) Budget.REFERENCE * markTop);
      marks = Arrays.copyOf(marks, 2 * markTop);
    }
    marks[markTop++] = top;
  }

  private Object[] take(int count) throws TensorFileException {
    int floor = markTop == 0 ? 0 : marks[markTop - 1];
    if (top - floor < count) {
      throw wrong("a value is missing");
    }
    Object[] values = Arrays.copyOfRange(stack, top - count, top, Object[].class);
    Arrays.fill(stack, top - count, top, null);
    top -= count;
    return values;
  }

  private Object[] takeToMark() throws TensorFileException {
    if (markTop == 0) {
      throw wrong("a mark is missing");
    }
    int count = top - marks[markTop - 1];
    Object[] values = take(count);
    markTop--;
    return values;
  }

  private void remember(long index) throws TensorFileException {
    // Picklers count upwards by one; a few may leave gaps.
    if (index > memoTop + MOST_MEMO_GAP) {
      throw wrong("memo entry " + index + " follows entry " + (memoTop - 1));
    }
    if (index >= memo.length) {
      int larger = (int) Math.max(index + 1, 2L * memo.length);
      spend((long) Budget.REFERENCE * (larger - memo.length));
      memo = Arrays.copyOf(memo, larger);
    }
    memo[(int) index] = peek();
    memoTop = Math.max(memoTop, (int) index + 1);
  }

  private void recall(long index) throws TensorFileException {
    Object value = index < memoTop ? memo[(int) index] : null;
    if (value == null) {
      throw wrong("memo entry " + index + " was never made");
    }
    push(value);
  }

  // ------------------------------------------------------------------------------------ values

  private void pushInt(long value) throws TensorFileException {
    spend(value >= -128 && value < 128 ? 0 : Budget.NUMBER);
    push(value);
  }

  private void pushInteger(long bytes) throws TensorFileException {
    if (bytes > MOST_INT_BYTES) {
      throw wrong("an integer of " + bytes + " bytes; at most " + MOST_INT_BYTES + " are read");
    }
    spend(Budget.TEXT + bytes);
    byte[] little = in.bytes(bytes);
    byte[] big = new byte[little.length];
    for (int i = 0; i < big.length; i++) {
      big[i] = little[big.length - 1 - i];
    }
    BigInteger value = big.length == 0 ? BigInteger.ZERO : new BigInteger(big);
    push(value.bitLength() < Long.SIZE ? (Object) value.longValue() : value);
  }

  private void pushText(long bytes) throws TensorFileException {
    spend(Budget.TEXT + 2 * in.requireLeft(bytes));
    push(in.utf8(bytes));
  }

  private void pushBytes(long count) throws TensorFileException {
    spend(Budget.NUMBER + in.requireLeft(count));
    push(in.bytes(count));
  }

  private Tuple tuple(Object[] items) throws TensorFileException {
    spend(Budget.TUPLE + (long) Budget.REFERENCE * items.length);
    return Tuple.over(items);
  }

  @SuppressWarnings("unchecked")
  private void append(Object[] items) throws TensorFileException {
    if (!(peek() instanceof ArrayList<?> list)) {
      throw wrong("items are appended to what is no list");
    }
    spend((long) Budget.REFERENCE * items.length);
    ((ArrayList<Object>) list).addAll(Arrays.asList(items));
  }

  @SuppressWarnings("unchecked")
  private void setItems(Object[] pairs) throws TensorFileException {
    if (!(peek() instanceof LinkedHashMap<?, ?> map)) {
      throw wrong("items are set in what is no dictionary");
    }
    if (pairs.length % 2 != 0) {
      throw wrong("a key without a value");
    }
    for (int i = 0; i < pairs.length; i += 2) {
      put((LinkedHashMap<Object, Object>) map, pairs[i], pairs[i + 1]);
    }
  }

  void put(SequencedMap<Object, Object> map, Object key, Object value) throws TensorFileException {
    spend(Budget.MAP_ENTRY);
    requireKey(key, map.isEmpty() ? key : map.firstEntry().getKey(), map.size());
    map.put(key, value);
  }

  @SuppressWarnings("unchecked")
  private void addItems(Object[] items) throws TensorFileException {
    if (!(peek() instanceof LinkedHashSet<?> set)) {
      throw wrong("items are added to what is no set");
    }
    addAll((LinkedHashSet<Object>) set, items);
  }

  private LinkedHashSet<Object> set(Object[] items) throws TensorFileException {
    spend(Budget.MAP);
    var set = new LinkedHashSet<>();
    addAll(set, items);
    return set;
  }

  void addAll(LinkedHashSet<Object> set, Object[] items) throws TensorFileException {
    for (Object item : items) {
      spend(Budget.MAP_ENTRY);
      requireKey(item, set.isEmpty() ? item : set.getFirst(), set.size());
      set.add(item);
    }
  }

  /**
   * Only values with an order are keys: then a hash table is fast even when a hostile file has all
   * its keys collide (JEP 180). Where keys of several classes collide the order does not help,
   * which is why large tables are of one class.
   */
  private void requireKey(Object key, Object first, int size) throws TensorFileException {
    if (!isKey(key)) {
      throw wrong("a key of a dictionary or set is " + describe(key));
    }
    if (size >= MOST_MIXED_KEYS && key.getClass() != first.getClass()) {
      throw wrong("more than " + MOST_MIXED_KEYS + " keys of several types in one dictionary");
    }
  }

  private static boolean isKey(Object key) {
    return switch (key) {
      case Tuple tuple -> keyItems(tuple, 0) <= MOST_KEY_ITEMS;
      case Pickled.UserObject object -> object.type.decoder() instanceof Pickled.KeyDecoder;
      default -> isPlainKey(key);
    };
  }

  private static boolean isPlainKey(Object key) {
    return key instanceof String
        || key instanceof Number
        || key instanceof Boolean
        || key instanceof DType
        || key instanceof Device
        || key instanceof Optional;
  }

  /**
   * Items at all levels, or more than are allowed when one is no key. Stops as soon as too many.
   */
  private static int keyItems(Tuple tuple, int before) {
    int count = before + 1 + tuple.size();
    for (int i = 0; i < tuple.size() && count <= MOST_KEY_ITEMS; i++) {
      count =
          tuple.get(i) instanceof Tuple inner
              ? keyItems(inner, count)
              : isPlainKey(tuple.get(i)) ? count : MOST_KEY_ITEMS + 1;
    }
    return count;
  }

  static String describe(Object value) {
    return switch (value) {
      case Pickled pickled -> pickled.noun();
      case Tuple _ -> "a tuple that is too large or holds something mutable";
      case Map<?, ?> _ -> "a dictionary";
      case Iterable<?> _ -> "a list or set";
      case byte[] _ -> "bytes, which are not supported there";
      default -> "a " + value.getClass().getSimpleName() + ", which is not supported there";
    };
  }

  String text(Object value) throws TensorFileException {
    if (value instanceof String text) {
      return text;
    }
    throw wrong("a string expected, not " + describe(value));
  }

  long integer(Object value) throws TensorFileException {
    if (value instanceof Long number) {
      return number;
    }
    throw wrong("an integer expected, not " + describe(value));
  }

  long[] integers(Object value) throws TensorFileException {
    if (value instanceof dev.weft.engine.Shape shape) {
      return shape.sizes();
    }
    if (!(value instanceof Tuple tuple) || tuple.size() > TensorData.MOST_DIMS) {
      throw wrong("a tuple of at most " + TensorData.MOST_DIMS + " integers expected");
    }
    long[] numbers = new long[tuple.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = integer(tuple.get(i));
    }
    return numbers;
  }

  // ----------------------------------------------------------------------------------- objects

  private void reduce() throws TensorFileException {
    Tuple arguments = arguments();
    switch (pop()) {
      case Pickled.Function function -> push(function.body().call(this, arguments));
      case Pickled.Registered type -> push(userObject(type, arguments));
      case Object other -> throw wrong("a call of what is no function: " + describe(other));
    }
  }

  private void newObject() throws TensorFileException {
    Tuple arguments = arguments();
    switch (pop()) {
      case Pickled.Registered type -> push(userObject(type, arguments));
      case Object other -> throw wrong("an object is to be made of " + describe(other));
    }
  }

  private Tuple arguments() throws TensorFileException {
    if (pop() instanceof Tuple arguments) {
      return arguments;
    }
    throw wrong("the arguments of a call are no tuple");
  }

  private Pickled.UserObject userObject(Pickled.Registered type, Tuple arguments)
      throws TensorFileException {
    spend(2 * Budget.TUPLE);
    return new Pickled.UserObject(type, arguments);
  }

  private void build() throws TensorFileException {
    Object state = pop();
    switch (peek()) {
      case OrderedDict dict when state instanceof LinkedHashMap<?, ?> attributes -> {
        for (Map.Entry<?, ?> entry : attributes.entrySet()) {
          spend(Budget.MAP_ENTRY);
          dict.attributes().put(entry.getKey(), entry.getValue());
        }
      }
      case Pickled.UserObject object when object.state == null -> object.state = state;
      case Pickled.ArrayType type -> Globals.setState(type, state, this);
      case Pickled.ArrayRef array -> Globals.setState(array, state, this);
      case Object other -> throw wrong("a state is set on " + describe(other));
    }
  }

  /** What stands outside of the pickle: storages, and nothing else. */
  private Object persistent(Object id) throws TensorFileException {
    if (!(id instanceof Tuple tuple)
        || tuple.size() < 5
        || tuple.size() > 6
        || !tuple.get(0).equals("storage")
        || !(tuple.get(1) instanceof Pickled.StorageClass type)) {
      throw wrong(
          "a reference to something outside of the pickle that is no storage"
              + (id instanceof Tuple module && !module.isEmpty() && module.get(0).equals("module")
                  ? " but the source code of a module: save its state_dict instead"
                  : ""));
    }
    String key = text(tuple.get(2));
    int width = StorageRef.width(type.type());
    long bytes = bytes(integer(tuple.get(4)), width);
    StorageRef storage = storages.get(key);
    if (storage == null) {
      spend(2 * Budget.MAP_ENTRY);
      storage = new StorageRef(key, type.type(), bytes);
      storages.put(key, storage);
    } else if (storage.bytes != bytes || !storage.type.equals(type.type())) {
      throw wrong("storage '" + Excerpt.of(key) + "' is given two sizes or types");
    }
    storage.holdsBools |= type.type().equals(Optional.of(TorchType.BOOL));
    spend(Budget.TUPLE);
    if (tuple.size() == 5 || tuple.get(5).equals(Optional.empty())) {
      return new Pickled.StoragePart(storage, type.type(), 0, bytes);
    }
    // Files of old: a storage may be a part of another, from an offset on.
    if (!(tuple.get(5) instanceof Tuple view) || view.size() != 3) {
      throw wrong("storage '" + Excerpt.of(key) + "': its view is no tuple of three");
    }
    long offset = bytes(integer(view.get(1)), width);
    long part = bytes(integer(view.get(2)), width);
    if (offset > bytes || part > bytes - offset) {
      throw wrong("storage '" + Excerpt.of(key) + "': a view reaches beyond it");
    }
    return new Pickled.StoragePart(storage, type.type(), offset, part);
  }

  private long bytes(long elements, int width) throws TensorFileException {
    if (elements < 0 || elements > Long.MAX_VALUE / width) {
      throw wrong("a storage of " + elements + " elements");
    }
    return elements * width;
  }
}
