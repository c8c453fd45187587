package dev.weft.golden;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.engine.op.Reduction;
import dev.weft.golden.GoldenAccount.NoRowException;
import dev.weft.nn.LossOptions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The arguments of one call of PyTorch by name: a {@code Tensor}, a list of them, a {@code Long},
 * {@code Double}, {@code Boolean}, {@code String} or {@code DType}, a list of such values or of
 * {@code Index}, or the {@code Json} of what is none of these. An argument that is not given has
 * PyTorch's default, which the rows supply.
 *
 * @param read the names that a row has asked for
 */
record Arguments(Map<String, Object> values, Set<String> read) {

  Arguments(Map<String, Object> values) {
    this(values, new HashSet<>());
  }

  /** A reduction along dims, with PyTorch's {@code keepdim}. */
  interface Reducer {
    Tensor apply(Tensor x, int[] dims, boolean keepdim);
  }

  /** The arguments of a case; {@code tensors} are its inputs by name. */
  static Arguments of(Golden.Case c, Map<String, Tensor> tensors) {
    var values = new LinkedHashMap<String, Object>();
    for (Json argument : c.json().get("args")) {
      values.put(argument.get("name").text(), value(argument, tensors));
    }
    return new Arguments(values);
  }

  /** What a call of a layer is given by name: tensors and values. */
  static Arguments options(Json step, Map<String, Tensor> tensors) {
    var values = new LinkedHashMap<String, Object>();
    if (step.has("options")) {
      step.get("options")
          .members()
          .forEach(
              (name, given) ->
                  values.put(
                      name, given instanceof Json.Obj ? value(given, tensors) : plain(given)));
    }
    return new Arguments(values);
  }

  private static Object value(Json argument, Map<String, Tensor> tensors) {
    if (argument.has("tensor")) {
      return tensors.get(argument.get("tensor").text());
    }
    if (argument.has("tensors")) {
      return argument.get("tensors").items().stream().map(k -> tensors.get(k.text())).toList();
    }
    if (argument.has("dtype")) {
      return DType.of(argument.get("dtype").text());
    }
    if (argument.has("index")) {
      return IndexRows.read(argument.get("index"), tensors);
    }
    return argument.has("value") ? plain(argument.get("value")) : argument;
  }

  private static Object plain(Json value) {
    return switch (value) {
      case Json.Text(String text) when Golden.NOT_FINITE.contains(text) -> Double.valueOf(text);
      case Json.Text(String text) -> text;
      case Json.Num(String digits) when digits.matches("-?[0-9]+") -> Long.valueOf(digits);
      case Json.Num(String digits) -> Double.valueOf(digits);
      case Json.Bool truth -> truth == Json.Bool.TRUE;
      case Json.Arr(List<Json> items) -> items.stream().map(Arguments::plain).toList();
      case Json.Null _ -> Optional.empty();
      case Json.Obj object -> object;
    };
  }

  /** These arguments, with one of them replaced or added. */
  Arguments with(String name, Object value) {
    var changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new Arguments(changed, read);
  }

  /** Whether it is given and not None. */
  boolean has(String name) {
    read.add(name);
    return values.containsKey(name) && !values.get(name).equals(Optional.empty());
  }

  /** Whether it is a whole number, or not given. */
  boolean isWhole(String name) {
    return !has(name) || get(name) instanceof Long;
  }

  /** Whether None is given. */
  boolean isNone(String name) {
    read.add(name);
    return Optional.empty().equals(values.get(name));
  }

  Object get(String name) {
    return has(name) ? values.get(name) : noRow("there is no call without " + name);
  }

  /** Fails when an argument was given of which the row has taken no notice. */
  void requireAllRead() {
    for (String name : values.keySet()) {
      if (!read.contains(name)) {
        noRow("the row ignores the argument " + name);
      }
    }
  }

  private static <T> T noRow(String message) {
    throw new NoRowException(message);
  }

  Tensor tensor(String name) {
    return get(name) instanceof Tensor tensor ? tensor : noRow(name + " is no tensor");
  }

  Tensor input() {
    return tensor("input");
  }

  Tensor other() {
    return tensor("other");
  }

  Optional<Tensor> optional(String name) {
    return has(name) ? Optional.of(tensor(name)) : Optional.empty();
  }

  List<Tensor> list(String name) {
    return ((List<?>) get(name)).stream().map(Tensor.class::cast).toList();
  }

  double number(String name) {
    return get(name) instanceof Number number
        ? number.doubleValue()
        : noRow(name + " is no number");
  }

  double number(String name, double otherwise) {
    return has(name) ? number(name) : otherwise;
  }

  long whole(String name) {
    return (Long) get(name);
  }

  long whole(String name, long otherwise) {
    return has(name) ? whole(name) : otherwise;
  }

  /** A whole number as an int: a dimension or a small count. */
  int dim(String name) {
    if (get(name) instanceof List) {
      throw new IllegalArgumentException(name + ": a call with several of them does not compile");
    }
    return Math.toIntExact(whole(name));
  }

  int dim(String name, int otherwise) {
    return has(name) ? dim(name) : otherwise;
  }

  boolean flag(String name, boolean otherwise) {
    return has(name) ? (Boolean) get(name) : otherwise;
  }

  String text(String name, String otherwise) {
    return has(name) ? (String) get(name) : otherwise;
  }

  DType dtype(String name) {
    return (DType) get(name);
  }

  /** A list of whole numbers; a single one counts as a list. */
  long[] wholes(String name) {
    return get(name) instanceof List<?> list
        ? list.stream().mapToLong(n -> (Long) n).toArray()
        : new long[] {whole(name)};
  }

  /** A list of numbers; a single one counts as a list. */
  double[] numbers(String name) {
    return get(name) instanceof List<?> list
        ? list.stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray()
        : new double[] {number(name)};
  }

  /** As {@link #wholes}, with None as −1; {@code otherwise} where nothing is given. */
  long[] sizes(String name, long... otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    return get(name) instanceof List<?> list
        ? list.stream().mapToLong(n -> n instanceof Long size ? size : -1).toArray()
        : wholes(name);
  }

  int[] ints(String name) {
    return Arrays.stream(wholes(name)).mapToInt(Math::toIntExact).toArray();
  }

  Shape shape(String name) {
    return Shape.of(wholes(name));
  }

  Reduction reduction() {
    return Reduction.valueOf(text("reduction", "mean").toUpperCase(Locale.ROOT));
  }

  LossOptions lossOptions() {
    LossOptions options =
        LossOptions.DEFAULT
            .reduction(reduction())
            .ignoreIndex(whole("ignore_index", -100))
            .labelSmoothing(number("label_smoothing", 0));
    return has("weight") ? options.weight(tensor("weight")) : options;
  }

  /** {@code y} times the argument {@code alpha}, where there is one. */
  Tensor scaled(Tensor y) {
    if (!has("alpha")) {
      return y;
    }
    return get("alpha") instanceof Long whole ? y.mul(whole) : y.mul(number("alpha"));
  }

  /** Converted where a {@code dtype} is given. */
  Tensor as(Tensor x) {
    return has("dtype") ? x.to(dtype("dtype")) : x;
  }

  /** With the input converted first, where a {@code dtype} is given. */
  Arguments converted() {
    return with("input", as(input()));
  }

  /** Over {@code dim}, which may be one, several or missing. */
  Tensor reduce(UnaryOperator<Tensor> all, Reducer along) {
    return has("dim")
        ? along.apply(input(), ints("dim"), flag("keepdim", false))
        : all.apply(input());
  }
}
