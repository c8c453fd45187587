package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.Complex;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Shape;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares what was read with the tree in NAME.json that the golden file's script wrote. */
final class ExpectedTree {

  private final Path folder;
  private final Map<Long, Storage> storages = new HashMap<>();

  private ExpectedTree(Path folder) {
    this.folder = folder;
  }

  /** Values, types, dtypes, shapes, strides, offsets, and which tensors share a storage. */
  static void check(Object actual, Json expected, Path folder) {
    new ExpectedTree(folder).value("root", actual, expected);
  }

  private void value(String place, Object actual, Json expected) {
    String type = expected.get("type").text();
    switch (type) {
      case "tensor", "parameter" -> tensor(place, actual, expected);
      case "ordereddict" -> {
        assertThat(actual).as(place).isInstanceOf(OrderedDict.class);
        map(place, (Map<?, ?>) actual, expected);
        if (expected.has("metadata")) {
          Object metadata = ((OrderedDict) actual).attributes().get("_metadata");
          value(place + "._metadata", metadata, expected.get("metadata"));
        }
      }
      case "dict" -> {
        assertThat(actual).as(place).isInstanceOf(LinkedHashMap.class);
        map(place, (Map<?, ?>) actual, expected);
      }
      case "list" -> {
        assertThat(actual).as(place).isInstanceOf(ArrayList.class);
        items(place, (List<?>) actual, expected);
      }
      case "tuple" -> {
        assertThat(actual).as(place).isInstanceOf(Tuple.class);
        items(place, (List<?>) actual, expected);
      }
      case "set" -> {
        var items = expected.get("items").items().stream().map(Json::text).toList();
        assertThat((Set<?>) actual).as(place).hasSameElementsAs((List) items);
      }
      case "size" ->
          assertThat(actual).as(place).isEqualTo(Shape.of(longs(expected.get("values"))));
      case "dtype" ->
          assertThat("torch." + actual)
              .as(place)
              .isEqualTo(expected.get("value").text())
              .matches(_ -> actual instanceof DType);
      case "device" ->
          assertThat(actual).as(place).isEqualTo(Device.of(expected.get("value").text()));
      case "complex" -> {
        Json parts = expected.get("value");
        assertThat(actual)
            .as(place)
            .isEqualTo(new Complex(number(parts.get(0)), number(parts.get(1))));
      }
      case "none" -> assertThat(actual).as(place).isEqualTo(Optional.empty());
      case "bool" -> assertThat(actual).as(place).isEqualTo(expected.get("value").booleanValue());
      case "int" -> {
        var value = new BigInteger(expected.get("value").text());
        assertThat(actual)
            .as(place)
            .isEqualTo(value.bitLength() < 64 ? (Object) value.longValue() : value);
      }
      case "float" ->
          assertThat(actual).as(place).isEqualTo((Double) number(expected.get("value")));
      case "str" -> assertThat(actual).as(place).isEqualTo(expected.get("value").text());
      case "bytes", "bytearray" ->
          assertThat((byte[]) actual)
              .as(place)
              .isEqualTo(HexFormat.of().parseHex(expected.get("value").text()));
      default -> throw new AssertionError(type);
    }
  }

  private void items(String place, List<?> actual, Json expected) {
    Json items = expected.get("items");
    assertThat(actual).as(place).hasSize(items.size());
    for (int i = 0; i < items.size(); i++) {
      value(place + "[" + i + "]", actual.get(i), items.get(i));
    }
  }

  private void map(String place, Map<?, ?> actual, Json expected) {
    Json items = expected.get("items");
    assertThat(actual).as(place).hasSize(items.size());
    int i = 0;
    for (Map.Entry<?, ?> entry : actual.entrySet()) {
      value(place + " key " + i, entry.getKey(), items.get(i).get(0));
      value(place + "[" + entry.getKey() + "]", entry.getValue(), items.get(i).get(1));
      i++;
    }
  }

  private void tensor(String place, Object actual, Json expected) {
    Tensor tensor = (Tensor) actual;
    checkElements(place, tensor, expected, folder);
    assertThat(tensor.layout().strides()).as(place).isEqualTo(longs(expected.get("stride")));
    assertThat(tensor.layout().offset()).as(place).isEqualTo(expected.get("offset").longValue());
    assertThat(tensor.storage().bytes())
        .as(place)
        .isEqualTo(expected.get("storage_numel").longValue() * tensor.dtype().bytes());
    long id = expected.get("storage").longValue();
    Storage known = storages.putIfAbsent(id, tensor.storage());
    if (known != null) {
      assertThat(tensor.storage()).as(place).isSameAs(known);
    } else {
      assertThat(storages.values().stream().filter(s -> s == tensor.storage()).count())
          .as(place + " shares with a tensor it should not share with")
          .isEqualTo(1);
    }
  }

  /** Dtype, shape and elements. */
  static void checkElements(String place, Tensor tensor, Json expected, Path folder) {
    assertThat(tensor.dtype()).as(place).hasToString(expected.get("dtype").text());
    assertThat(tensor.shape().sizes()).as(place).isEqualTo(longs(expected.get("shape")));
    if (expected.has("file")) {
      Tensor stored;
      try {
        stored = Npy.read(folder.resolve(expected.get("file").text()));
      } catch (TensorFileException e) {
        throw new AssertionError(e);
      }
      assertThat(tensor.to(DType.FLOAT64).toDoubleArray())
          .as(place)
          .isEqualTo(stored.to(DType.FLOAT64).toDoubleArray());
      return;
    }
    Json values = expected.get("values");
    assertThat(values.size()).as(place).isEqualTo((int) tensor.numel());
    if (tensor.isComplex()) {
      for (int i = 0; i < values.size(); i++) {
        Json pair = values.get(i);
        assertThat(tensor.toComplexArray()[i])
            .as(place + "[" + i + "]")
            .isEqualTo(new Complex(number(pair.get(0)), number(pair.get(1))));
      }
    } else if (tensor.dtype().isFloating()) {
      double[] got = tensor.to(DType.FLOAT64).toDoubleArray();
      for (int i = 0; i < got.length; i++) {
        assertThat(got[i]).as(place + "[" + i + "]").isEqualTo((Double) number(values.get(i)));
      }
    } else {
      long[] got = tensor.toLongArray();
      for (int i = 0; i < got.length; i++) {
        assertThat(got[i]).as(place + "[" + i + "]").isEqualTo(whole(values.get(i)));
      }
    }
  }

  static long[] longs(Json array) {
    return array.items().stream().mapToLong(Json::longValue).toArray();
  }

  static double number(Json value) {
    return value instanceof Json.Text(String text) ? Double.parseDouble(text) : value.doubleValue();
  }

  private static long whole(Json value) {
    return value instanceof Json.Bool truth ? truth == Json.Bool.TRUE ? 1 : 0 : value.longValue();
  }
}
