package dev.weft.engine.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON into maps, lists, strings, longs, doubles, booleans; null becomes {@link #NULL}. */
final class Json {

  static final Object NULL = new Object();

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static Object parse(String text) {
    return new Json(text).value();
  }

  private Object value() {
    skipSpace();
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", NULL);
      default -> number();
    };
  }

  private void skipSpace() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private boolean take(char c) {
    skipSpace();
    if (text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private Map<String, Object> object() {
    var map = new LinkedHashMap<String, Object>();
    at++;
    while (!take('}')) {
      take(',');
      skipSpace();
      String key = string();
      take(':');
      map.put(key, value());
    }
    return map;
  }

  private List<Object> array() {
    var list = new ArrayList<>();
    at++;
    while (!take(']')) {
      take(',');
      list.add(value());
    }
    return list;
  }

  private String string() {
    var result = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      char c = text.charAt(at);
      if (c == '\\') {
        c = text.charAt(++at);
        switch (c) {
          case 'n' -> c = '\n';
          case 't' -> c = '\t';
          case 'u' -> {
            c = (char) Integer.parseInt(text, at + 1, at + 5, 16);
            at += 4;
          }
          default -> {}
        }
      }
      result.append(c);
    }
    at++;
    return result.toString();
  }

  private Object word(String word, Object value) {
    at += word.length();
    return value;
  }

  private Object number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(start, at);
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Double.parseDouble(digits);
    }
  }
}
