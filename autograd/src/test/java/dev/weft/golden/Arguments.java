package dev.weft.golden;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.engine.op.Reduction;
import dev.weft.golden.Golden.Case;
import dev.weft.nn.LossOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The arguments of a case by name. */
record Arguments(Map<String, Json> json, Map<String, Tensor> tensors) {

  static Arguments of(Case c, Map<String, Tensor> tensors) {
    var json = new LinkedHashMap<String, Json>();
    c.json().get("args").forEach(arg -> json.put(arg.get("name").text(), arg));
    return new Arguments(json, tensors);
  }

  boolean has(String name) {
    return json.containsKey(name)
        && !(json.get(name).has("value") && json.get(name).get("value").isNull());
  }

  private Json value(String name) {
    return json.get(name).get("value");
  }

  Tensor tensor(String name) {
    return tensors.get(json.get(name).get("tensor").text());
  }

  Optional<Tensor> optional(String name) {
    return has(name) ? Optional.of(tensor(name)) : Optional.empty();
  }

  List<Tensor> list(String name) {
    return json.get(name).get("tensors").items().stream()
        .map(item -> tensors.get(item.text()))
        .toList();
  }

  double number(String name, double otherwise) {
    return has(name) ? Golden.number(value(name)) : otherwise;
  }

  long whole(String name, long otherwise) {
    return has(name) ? value(name).longValue() : otherwise;
  }

  boolean flag(String name, boolean otherwise) {
    return has(name) ? value(name).booleanValue() : otherwise;
  }

  String text(String name, String otherwise) {
    return has(name) ? value(name).text() : otherwise;
  }

  Shape shape(String name) {
    Json value = value(name);
    return value instanceof Json.Num
        ? Shape.of(value.longValue())
        : Shape.of(value.items().stream().mapToLong(Json::longValue).toArray());
  }

  DType dtype(String name) {
    return DType.of(json.get(name).get("dtype").text());
  }

  Tensor input() {
    return tensor("input");
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
}
