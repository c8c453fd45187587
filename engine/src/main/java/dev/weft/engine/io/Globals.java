package dev.weft.engine.io;

import dev.weft.engine.Complex;
import dev.weft.engine.Device;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.io.Pickled.Function;
import dev.weft.engine.io.Pickled.StoragePart;
import dev.weft.engine.io.Pickled.TensorRef;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The names that a pickle may mention, each with the code of ours that stands for it, and for the
 * better known others the reason why they may not.
 */
final class Globals {

  private static final Map<String, Pickled> TABLE = new HashMap<>();

  /** Kinds of devices that PyTorch has names for. */
  private static final List<String> DEVICES =
      List.of("cpu", "cuda", "meta", "mps", "xpu", "xla", "hpu", "mtia", "hip", "vulkan", "ipu");

  static {
    for (TorchType type : TorchType.values()) {
      add(new Pickled.StorageClass("torch." + type.storage, Optional.of(type)));
    }
    add(new Pickled.StorageClass("torch.storage.UntypedStorage", Optional.empty()));
    function("collections.OrderedDict", Globals::orderedDict);
    function("collections.Counter", Globals::dictionary);
    function("builtins.set", (u, arguments) -> set(u, items(u, arguments)));
    function("builtins.frozenset", (u, arguments) -> set(u, items(u, arguments)));
    function("builtins.complex", Globals::complex);
    function("builtins.bytes", Globals::bytes);
    function("builtins.bytearray", Globals::bytes);
    function("_codecs.encode", Globals::encode);
    function("torch.Size", (u, a) -> shape(u, u.integers(Tuple.copyOf(items(u, a)))));
    function("torch.device", Globals::device);
    function("torch._utils._rebuild_tensor", (u, a) -> tensor(u, count(u, a, 4, 4)));
    function("torch._utils._rebuild_tensor_v2", (u, a) -> tensor(u, count(u, a, 6, 7)));
    function("torch._utils._rebuild_tensor_v3", (u, a) -> tensor(u, count(u, a, 7, 8)));
    function("torch._utils._rebuild_parameter", (u, a) -> count(u, a, 3, 3).getFirst());
    function("torch._utils._rebuild_parameter_with_state", (u, a) -> count(u, a, 4, 4).getFirst());
    function("torch._tensor._rebuild_from_type_v2", Globals::fromType);
    add(new Pickled.Marker("torch.Tensor"));
    add(new Pickled.Marker("torch.nn.parameter.Parameter"));
    for (String module : List.of("numpy.core.multiarray.", "numpy._core.multiarray.")) {
      function(module + "scalar", Globals::numpyScalar);
      function(module + "_reconstruct", (u, arguments) -> new Pickled.ArrayRef());
    }
    for (String module : List.of("numpy.core.numeric.", "numpy._core.numeric.")) {
      function(module + "_frombuffer", Globals::fromBuffer);
    }
    function("numpy.dtype", (u, a) -> new Pickled.ArrayType(u.text(count(u, a, 1, 3).get(0))));
    add(new Pickled.Marker("numpy.ndarray"));
  }

  private Globals() {}

  private static void add(Pickled global) {
    String name =
        switch (global) {
          case Pickled.StorageClass storage -> storage.name();
          case Pickled.Marker marker -> marker.name();
          case Function function -> function.name();
          default -> throw new AssertionError(global);
        };
    TABLE.put(name, global);
  }

  private static void function(String name, Function.Body body) {
    add(new Function(name, body));
  }

  /** Whether a decoder cannot be registered for it, because it is read anyway. */
  static boolean isKnown(String name) {
    return TABLE.containsKey(name);
  }

  /** What stands for the name in a pickle; the only place where names are looked up. */
  static Object find(
      String module, String name, Map<String, TorchFile.Decoder> decoders, Unpickler unpickler)
      throws TensorFileException {
    unpickler.spend(Budget.TUPLE);
    String full = (module.equals("__builtin__") ? "builtins" : module) + "." + name;
    Pickled known = TABLE.get(full);
    if (known != null) {
      return known;
    }
    if (module.equals("torch")) {
      Optional<TorchType> type = TorchType.named(name);
      if (type.isPresent()) {
        return type.get().dtype;
      }
    }
    TorchFile.Decoder decoder = decoders.get(full);
    if (decoder != null) {
      return new Pickled.Registered(full, decoder);
    }
    throw unpickler.wrong(refusal(full));
  }

  // ---------------------------------------------------------------------------------- refusals

  private static String refusal(String name) {
    String shown = Excerpt.of(name);
    String lower = name.toLowerCase(Locale.ROOT);
    if (name.startsWith("torch.nn.")) {
      return "holds a "
          + shown
          + " object, a whole module that needs its Python code: save its state_dict instead";
    }
    if (name.startsWith("__torch__.") || name.startsWith("torch.jit.")) {
      return "holds TorchScript code (" + shown + "): save the module's state_dict instead";
    }
    if (lower.contains("sparse") || name.equals("torch.serialization._get_layout")) {
      return "holds a sparse tensor, which is not supported: save x.to_dense() instead";
    }
    if (lower.contains("_rebuild_qtensor")
        || name.matches("torch\\.(QU?Int.*Storage|qu?int.*|per_.*)")) {
      return "holds a quantized tensor, which is not supported: save x.dequantize() instead";
    }
    if (name.equals("torch._utils._rebuild_nested_tensor")) {
      return "holds a nested tensor, which is not supported: save its parts in a list instead";
    }
    if (name.startsWith("torch._utils._rebuild_meta_tensor")) {
      return "holds a tensor on the meta device, which has no values";
    }
    if (name.startsWith("torch._utils.") || name.startsWith("torch.distributed.")) {
      return "holds a tensor made by " + shown + ", which is not supported: save a plain tensor";
    }
    if (name.matches("torch\\.[A-Z][A-Za-z0-9]*Storage") || name.matches("torch\\.[a-z0-9_]+")) {
      return "holds elements of " + shown + ", a dtype that is not supported";
    }
    if (name.equals("argparse.Namespace")) {
      return "holds an argparse.Namespace: save vars(args) instead, or register a decoder";
    }
    if (name.startsWith("pathlib.")) {
      return "holds a " + shown + ": save str(path) instead, or register a decoder";
    }
    if (name.matches("(builtins|os|posix|nt|sys|subprocess|runpy|importlib|shutil|socket)\\..*")
        || name.startsWith("torch.storage._load_from_bytes")) {
      return "names " + shown + ", which could run code: the file may be hostile";
    }
    return "names the Python class or function "
        + shown
        + "; only plain values and tensors are read. Save a state_dict or plain values instead, or"
        + " register a decoder with TorchFile.Options";
  }

  // -------------------------------------------------------------------------------- containers

  private static Tuple count(Unpickler u, Tuple arguments, int least, int most)
      throws TensorFileException {
    if (arguments.size() < least || arguments.size() > most) {
      throw u.wrong("a call with " + arguments.size() + " arguments");
    }
    return arguments;
  }

  /** The items of the only argument, or none when there is no argument. */
  private static List<Object> items(Unpickler u, Tuple arguments) throws TensorFileException {
    if (count(u, arguments, 0, 1).isEmpty()) {
      return List.of();
    }
    if (!(arguments.get(0) instanceof List<?> list)) {
      throw u.wrong("a list or tuple expected, not " + Unpickler.describe(arguments.get(0)));
    }
    u.spend((long) Budget.REFERENCE * list.size());
    return new ArrayList<>(list);
  }

  private static Object set(Unpickler u, List<Object> items) throws TensorFileException {
    u.spend(Budget.MAP);
    var set = new LinkedHashSet<>();
    u.addAll(set, items.toArray());
    return set;
  }

  /** Python 2 wrote the items as a list of pairs. */
  private static Object orderedDict(Unpickler u, Tuple arguments) throws TensorFileException {
    u.spend(2 * Budget.MAP);
    var dict = new OrderedDict();
    for (Object item : items(u, arguments)) {
      if (!(item instanceof List<?> pair) || pair.size() != 2) {
        throw u.wrong("an OrderedDict is made of something else than pairs");
      }
      u.put(dict, pair.get(0), pair.get(1));
    }
    return dict;
  }

  private static Object dictionary(Unpickler u, Tuple arguments) throws TensorFileException {
    u.spend(Budget.MAP);
    var copy = new LinkedHashMap<>();
    if (!count(u, arguments, 0, 1).isEmpty()) {
      if (!(arguments.get(0) instanceof LinkedHashMap<?, ?> map)) {
        throw u.wrong("a Counter is made of something else than a dictionary");
      }
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        u.put(copy, entry.getKey(), entry.getValue());
      }
    }
    return copy;
  }

  private static Object complex(Unpickler u, Tuple arguments) throws TensorFileException {
    u.spend(2 * Budget.NUMBER);
    if (arguments.size() == 2
        && arguments.get(0) instanceof Double re
        && arguments.get(1) instanceof Double im) {
      return new Complex(re, im);
    }
    throw u.wrong("a complex number is not made of two floats");
  }

  /** Text of characters up to U+00FF stands for bytes in protocols that have none. */
  private static byte[] encode(Unpickler u, Tuple arguments) throws TensorFileException {
    String text = u.text(count(u, arguments, 1, 2).get(0));
    String encoding = arguments.size() == 2 ? u.text(arguments.get(1)) : "utf-8";
    Charset charset =
        switch (encoding.toLowerCase(Locale.ROOT)) {
          case "latin1", "latin-1", "iso-8859-1" -> StandardCharsets.ISO_8859_1;
          case "utf8", "utf-8" -> StandardCharsets.UTF_8;
          case "ascii" -> StandardCharsets.US_ASCII;
          default -> throw u.wrong("the encoding '" + Excerpt.of(encoding) + "' is not supported");
        };
    if (!charset.newEncoder().canEncode(text)) {
      throw u.wrong("bytes that are no " + encoding);
    }
    u.spend(Budget.NUMBER + 3L * text.length());
    return text.getBytes(charset);
  }

  private static byte[] bytes(Unpickler u, Tuple arguments) throws TensorFileException {
    if (arguments.isEmpty()) {
      return new byte[0];
    }
    if (arguments.size() == 1 && arguments.get(0) instanceof byte[] bytes) {
      u.spend(Budget.NUMBER + bytes.length);
      return bytes.clone();
    }
    return encode(u, arguments);
  }

  // ----------------------------------------------------------------------------------- tensors

  private static Shape shape(Unpickler u, long[] sizes) throws TensorFileException {
    u.spend(Budget.TUPLE + (long) Budget.REFERENCE * sizes.length);
    try {
      return Shape.of(sizes);
    } catch (ShapeException e) {
      throw u.wrong(e);
    }
  }

  private static Object device(Unpickler u, Tuple arguments) throws TensorFileException {
    String type = u.text(count(u, arguments, 1, 2).get(0));
    long index = arguments.size() == 2 ? u.integer(arguments.get(1)) : 0;
    if (!DEVICES.contains(type) || index < 0 || index > Short.MAX_VALUE) {
      throw u.wrong("the device " + Excerpt.of(type) + ":" + index + " is unknown");
    }
    u.spend(Budget.TUPLE);
    return new Device(type, (int) index);
  }

  /**
   * storage, offset, size, stride, then what we do not keep: whether a gradient was asked for.
   * Hooks and lazily negated or conjugated views would change what the values mean, and are
   * refused.
   */
  private static Object tensor(Unpickler u, Tuple arguments) throws TensorFileException {
    if (!(arguments.get(0) instanceof StoragePart part)) {
      throw u.wrong("a tensor is made of no storage but " + Unpickler.describe(arguments.get(0)));
    }
    if (arguments.size() > 5 && !isEmpty(arguments.get(5))) {
      throw u.wrong("a tensor has backward hooks, which are code");
    }
    TorchType type;
    if (arguments.size() > 6 && part.type().isEmpty()) {
      type = dtype(u, arguments.get(6));
    } else {
      type = part.type().orElseThrow(() -> u.wrong("a tensor over an untyped storage"));
    }
    Object last = arguments.getLast();
    if (last instanceof Map<?, ?> flags && flags.containsValue(true)) {
      throw u.wrong("a tensor is lazily negated or conjugated: save x.resolve_neg() instead");
    }
    u.spend(Budget.TENSOR);
    Layout layout = layout(u, arguments, type.bytes());
    long elements = part.bytes() / type.bytes();
    long extent;
    try {
      extent = Math.max(layout.extent(), layout.offset());
    } catch (ArithmeticException e) {
      throw u.wrong("a tensor of " + layout + " is larger than any file", e);
    }
    if (extent > elements || part.offset() % type.bytes() != 0) {
      throw u.wrong(
          "a tensor of "
              + layout
              + " needs "
              + extent
              + " elements; storage '"
              + Excerpt.of(part.storage().key)
              + "' has "
              + elements);
    }
    part.storage().holdsBools |= type == TorchType.BOOL;
    return new TensorRef(part.storage(), type, moved(layout, part.offset() / type.bytes()));
  }

  private static TorchType dtype(Unpickler u, Object value) throws TensorFileException {
    return switch (value) {
      case dev.weft.engine.DType dtype -> TorchType.of(dtype);
      default -> throw u.wrong("a dtype expected, not " + Unpickler.describe(value));
    };
  }

  private static boolean isEmpty(Object hooks) {
    return hooks.equals(Optional.empty()) || hooks instanceof Map<?, ?> map && map.isEmpty();
  }

  private static Layout layout(Unpickler u, Tuple arguments, int width) throws TensorFileException {
    try {
      long offset = u.integer(arguments.get(1));
      long[] strides = u.integers(arguments.get(3));
      for (long stride : strides) {
        // Far beyond any storage, and safe to multiply with in what comes later.
        if (stride > Long.MAX_VALUE / 64 / width) {
          throw u.wrong("a tensor with the stride " + stride);
        }
      }
      return Layout.strided(shape(u, u.integers(arguments.get(2))), strides, offset);
    } catch (ShapeException e) {
      throw u.wrong(e);
    }
  }

  private static Layout moved(Layout layout, long by) {
    return by == 0
        ? layout
        : Layout.strided(layout.shape(), layout.strides(), layout.offset() + by);
  }

  /** A tensor with Python attributes of its own, which are dropped. Subclasses are refused. */
  private static Object fromType(Unpickler u, Tuple arguments) throws TensorFileException {
    count(u, arguments, 4, 4);
    // Only these: a call that is given to itself could go on as deep as the file is long.
    if (arguments.get(0) instanceof Function function
        && function.name().startsWith("torch._utils._rebuild_")
        && arguments.get(1) instanceof Pickled.Marker type
        && type.name().startsWith("torch.")
        && arguments.get(2) instanceof Tuple inner) {
      return function.body().call(u, inner);
    }
    throw u.wrong("holds a subclass of torch.Tensor: save a plain tensor instead");
  }

  // ------------------------------------------------------------------------------------- NumPy

  static void setState(Pickled.ArrayType type, Object state, Unpickler u)
      throws TensorFileException {
    if (!(state instanceof Tuple tuple) || tuple.size() < 2) {
      throw u.wrong("a NumPy dtype with a state that is no tuple");
    }
    type.order = u.text(tuple.get(1));
  }

  private static dev.weft.engine.DType dtype(Pickled.ArrayType type, Unpickler u)
      throws TensorFileException {
    String order = type.order.equals("=") ? "<" : type.order;
    try {
      return Npy.dtype(order + type.code);
    } catch (IllegalArgumentException e) {
      throw u.wrong("a NumPy value: " + e.getMessage(), e);
    }
  }

  static void setState(Pickled.ArrayRef array, Object state, Unpickler u)
      throws TensorFileException {
    if (!(state instanceof Tuple tuple)
        || tuple.size() != 5
        || !(tuple.get(2) instanceof Pickled.ArrayType type)
        || !(tuple.get(3) instanceof Boolean columnMajor)
        || !(tuple.get(4) instanceof byte[] data)) {
      throw u.wrong("a NumPy array with a state of another form than known");
    }
    array.shape = shape(u, u.integers(tuple.get(1)));
    array.dtype = dtype(type, u);
    array.columnMajor = columnMajor;
    array.data = data;
    requireSize(array, u);
  }

  private static Object fromBuffer(Unpickler u, Tuple arguments) throws TensorFileException {
    count(u, arguments, 4, 4);
    if (!(arguments.get(0) instanceof byte[] data)
        || !(arguments.get(1) instanceof Pickled.ArrayType type)) {
      throw u.wrong("a NumPy array is not made of bytes and a dtype");
    }
    var array = new Pickled.ArrayRef();
    array.shape = shape(u, u.integers(arguments.get(2)));
    array.dtype = dtype(type, u);
    array.columnMajor = u.text(arguments.get(3)).equals("F");
    array.data = data;
    requireSize(array, u);
    return array;
  }

  private static void requireSize(Pickled.ArrayRef array, Unpickler u) throws TensorFileException {
    u.spend(Budget.TENSOR);
    long width = array.dtype.bytes();
    if (array.data.length % width != 0 || array.data.length / width != array.shape.numel()) {
      throw u.wrong(
          "a NumPy array of "
              + array.dtype
              + " "
              + array.shape
              + " has "
              + array.data.length
              + " bytes");
    }
  }

  private static Object numpyScalar(Unpickler u, Tuple arguments) throws TensorFileException {
    if (arguments.size() != 2
        || !(arguments.get(0) instanceof Pickled.ArrayType type)
        || !(arguments.get(1) instanceof byte[] data)) {
      throw u.wrong("a NumPy number is not made of a dtype and bytes");
    }
    dev.weft.engine.DType dtype = dtype(type, u);
    if (data.length != dtype.bytes()) {
      throw u.wrong("a NumPy number of " + dtype + " has " + data.length + " bytes");
    }
    u.spend(Budget.NUMBER);
    ByteBuffer little = ByteBuffer.wrap(Arrays.copyOf(data, 16)).order(ByteOrder.LITTLE_ENDIAN);
    return switch (dtype) {
      case FLOAT64 -> little.getDouble(0);
      case FLOAT32 -> (double) little.getFloat(0);
      case FLOAT16, BFLOAT16 -> (double) Float.float16ToFloat(little.getShort(0));
      case INT64 -> little.getLong(0);
      case INT32 -> (long) little.getInt(0);
      case INT16 -> (long) little.getShort(0);
      case INT8 -> (long) little.get(0);
      case UINT8 -> (long) (little.get(0) & 0xFF);
      case BOOL -> little.get(0) != 0;
      case COMPLEX64 -> new Complex(little.getFloat(0), little.getFloat(4));
      case COMPLEX128 -> new Complex(little.getDouble(0), little.getDouble(8));
    };
  }
}
