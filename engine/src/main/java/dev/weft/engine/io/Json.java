package dev.weft.engine.io;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A JSON value, strictly read: duplicate names, more than 256 levels of nesting and anything that
 * RFC 8259 does not allow are refused. Made for the headers and small files beside tensors.
 *
 * <p>Immutable. Accessors of another type than the value's throw {@link JsonException}.
 *
 * {@snippet :
 * Json manifest = Json.parse(text);
 * for (Json entry : manifest.get("cases")) {
 *   String id = entry.get("id").text();
 * }
 * }
 */
public sealed interface Json extends Iterable<Json> {

  /** Members in the order of the text. */
  record Obj(SequencedMap<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    }

    @Override
    public String toString() {
      return Json.written(this);
    }
  }

  /** Items in order. */
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }

    @Override
    public String toString() {
      return Json.written(this);
    }
  }

  /** A string. */
  record Text(String value) implements Json {
    @Override
    public String toString() {
      return Json.written(this);
    }
  }

  /** A number as it is written, so that 64-bit integers stay exact. */
  record Num(String digits) implements Json {
    @Override
    public String toString() {
      return digits;
    }
  }

  /** A truth value. */
  enum Bool implements Json {
    TRUE,
    FALSE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The value {@code null}. */
  enum Null implements Json {
    NULL;

    @Override
    public String toString() {
      return "null";
    }
  }

  // ------------------------------------------------------------------------------------ making

  /** Reads one value and nothing else. */
  static Json parse(String text) {
    return JsonReader.parse(text);
  }

  static Json of(String text) {
    return new Text(text);
  }

  static Json of(long number) {
    return new Num(Long.toString(number));
  }

  /** JSON has no NaN and no infinities. */
  static Json of(double number) {
    if (!Double.isFinite(number)) {
      throw new JsonException("JSON has no number " + number);
    }
    return new Num(Double.toString(number));
  }

  static Json of(boolean value) {
    return value ? Bool.TRUE : Bool.FALSE;
  }

  static Json array(List<Json> items) {
    return new Arr(items);
  }

  static Json object(SequencedMap<String, Json> members) {
    return new Obj(members);
  }

  // ----------------------------------------------------------------------------------- reading

  /** The members of an object. */
  default SequencedMap<String, Json> members() {
    throw wrong("an object");
  }

  /** The items of an array. */
  default List<Json> items() {
    throw wrong("an array");
  }

  /** A member that must be there. */
  default Json get(String name) {
    return find(name)
        .orElseThrow(
            () -> new JsonException("JSON: no member '" + name + "' in " + abridged(this)));
  }

  /** A member, if it is there. */
  default Optional<Json> find(String name) {
    return Optional.ofNullable(members().get(name));
  }

  /** Whether an object has a member of this name. */
  default boolean has(String name) {
    return members().containsKey(name);
  }

  /** An item that must be there. */
  default Json get(int index) {
    if (index < 0 || index >= items().size()) {
      throw new JsonException("JSON: no item " + index + " in " + abridged(this));
    }
    return items().get(index);
  }

  /** The number of items or members. */
  default int size() {
    return this instanceof Obj(var members) ? members.size() : items().size();
  }

  /** The items of an array, or the values of an object. */
  @Override
  default Iterator<Json> iterator() {
    return this instanceof Obj(var members) ? members.values().iterator() : items().iterator();
  }

  /** A string. */
  default String text() {
    if (this instanceof Text(String value)) {
      return value;
    }
    throw wrong("a string");
  }

  /** An integer of 64 bits, exactly. */
  default long longValue() {
    if (this instanceof Num(String digits)) {
      try {
        return Long.parseLong(digits);
      } catch (NumberFormatException e) {
        throw wrong("an integer of 64 bits");
      }
    }
    throw wrong("a number");
  }

  /** A number, rounded to the nearest double. */
  default double doubleValue() {
    if (this instanceof Num(String digits)) {
      double value = Double.parseDouble(digits);
      if (Double.isFinite(value)) {
        return value;
      }
      throw wrong("a number that a double can hold");
    }
    throw wrong("a number");
  }

  /** A truth value. */
  default boolean booleanValue() {
    if (this instanceof Bool value) {
      return value == Bool.TRUE;
    }
    throw wrong("true or false");
  }

  /** Whether it is {@code null}. */
  default boolean isNull() {
    return this == Null.NULL;
  }

  private JsonException wrong(String wanted) {
    return new JsonException("JSON: " + wanted + " expected, not " + abridged(this));
  }

  private static String abridged(Json value) {
    return Excerpt.of(value.toString());
  }

  // ----------------------------------------------------------------------------------- writing

  private static String written(Json value) {
    var out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Json value, StringBuilder out) {
    switch (value) {
      case Obj(var members) -> {
        char before = '{';
        for (Map.Entry<String, Json> member : members.entrySet()) {
          out.append(before);
          quote(member.getKey(), out);
          out.append(':');
          write(member.getValue(), out);
          before = ',';
        }
        out.append(members.isEmpty() ? "{}" : "}");
      }
      case Arr(var items) -> {
        char before = '[';
        for (Json item : items) {
          out.append(before);
          write(item, out);
          before = ',';
        }
        out.append(items.isEmpty() ? "[]" : "]");
      }
      case Text(String text) -> quote(text, out);
      case Num(String digits) -> out.append(digits);
      case Bool truth -> out.append(truth);
      case Null nothing -> out.append(nothing);
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
