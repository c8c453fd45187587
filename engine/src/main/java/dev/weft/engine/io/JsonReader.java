package dev.weft.engine.io;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Pulls JSON (RFC 8259) from a stream of characters, value by value, so that a caller can stop at
 * the first thing it does not want, long before all of a large text is in memory.
 *
 * <p>Strict: no comments, trailing commas, leading zeros, unescaped control characters, unpaired
 * surrogates or anything behind the value.
 */
final class JsonReader {

  /** Levels of nesting. Each costs a few stack frames here and in whoever walks the result. */
  static final int MOST_DEPTH = 256;

  /** No number that a file means to be read has more characters. */
  private static final int LONGEST_NUMBER = 512;

  private static final int END = -1;

  private final Reader source;
  private final char[] buffer = new char[4096];
  private int filled;
  private int next;
  private long consumed;

  private int depth;
  // One bit of state per level: whether an element was read there already.
  private final boolean[] started = new boolean[MOST_DEPTH + 1];

  JsonReader(Reader source) {
    this.source = source;
  }

  static Json parse(String text) {
    try {
      var reader = new JsonReader(new StringReader(text));
      Json value = reader.value();
      reader.end();
      return value;
    } catch (IOException e) {
      throw new AssertionError("strings do not fail", e);
    }
  }

  // -------------------------------------------------------------------------------- containers

  void beginObject() throws IOException {
    begin('{');
  }

  void beginArray() throws IOException {
    begin('[');
  }

  private void begin(char open) throws IOException {
    expect(open);
    if (++depth > MOST_DEPTH) {
      throw wrong("more than " + MOST_DEPTH + " levels of nesting");
    }
    started[depth] = false;
  }

  /** Whether the object has another member; when not, its end is consumed. */
  boolean nextMember() throws IOException {
    return nextElement('}');
  }

  /** Whether the array has another item; when not, its end is consumed. */
  boolean nextItem() throws IOException {
    return nextElement(']');
  }

  private boolean nextElement(char close) throws IOException {
    skipSpace();
    if (peek() == close) {
      take();
      depth--;
      return false;
    }
    if (started[depth]) {
      expect(',');
    }
    started[depth] = true;
    return true;
  }

  /** The name of a member and the colon behind it. */
  String name() throws IOException {
    String name = string();
    expect(':');
    return name;
  }

  /** Requires that nothing but space is left. */
  void end() throws IOException {
    skipSpace();
    if (peek() != END) {
      throw wrong("more text after the value");
    }
  }

  // ------------------------------------------------------------------------------------ values

  Json value() throws IOException {
    skipSpace();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new Json.Text(string());
      case 't' -> literal("true", Json.Bool.TRUE);
      case 'f' -> literal("false", Json.Bool.FALSE);
      case 'n' -> literal("null", Json.Null.NULL);
      default -> new Json.Num(number());
    };
  }

  private Json object() throws IOException {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    beginObject();
    while (nextMember()) {
      String name = name();
      if (members.putIfAbsent(name, value()) != null) {
        throw wrong("the name '" + Excerpt.of(name) + "' occurs twice in one object");
      }
    }
    return new Json.Obj(members);
  }

  private Json array() throws IOException {
    var items = new ArrayList<Json>();
    beginArray();
    while (nextItem()) {
      items.add(value());
    }
    return new Json.Arr(items);
  }

  private Json literal(String word, Json value) throws IOException {
    for (int i = 0; i < word.length(); i++) {
      if (take() != word.charAt(i)) {
        throw wrong("'" + word + "' expected");
      }
    }
    return value;
  }

  String string() throws IOException {
    expect('"');
    var text = new StringBuilder();
    while (true) {
      int c = take();
      if (c == '"') {
        break;
      }
      if (c == END) {
        throw wrong("a string without end");
      }
      if (c < ' ') {
        throw wrong("an unescaped control character in a string");
      }
      text.append(c == '\\' ? escaped() : (char) c);
    }
    requirePairs(text);
    return text.toString();
  }

  private char escaped() throws IOException {
    int c = take();
    return switch (c) {
      case '"', '\\', '/' -> (char) c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
          int digit = hexDigit(take());
          if (digit < 0) {
            throw wrong("four hexadecimal digits expected after \\u");
          }
          unit = unit << 4 | digit;
        }
        yield (char) unit;
      }
      default -> throw wrong("an unknown escape in a string");
    };
  }

  /** ASCII only, unlike {@link Character#digit}. */
  private static int hexDigit(int c) {
    return c >= '0' && c <= '9'
        ? c - '0'
        : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }

  private void requirePairs(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw wrong("half of a surrogate pair in a string");
      }
    }
  }

  /** The characters of a number, which are checked against the grammar. */
  String number() throws IOException {
    skipSpace();
    var text = new StringBuilder();
    if (peek() == '-') {
      append(text);
    }
    if (peek() == '0') {
      append(text);
    } else {
      digits(text);
    }
    if (peek() == '.') {
      append(text);
      digits(text);
    }
    if (peek() == 'e' || peek() == 'E') {
      append(text);
      if (peek() == '+' || peek() == '-') {
        append(text);
      }
      digits(text);
    }
    return text.toString();
  }

  private void digits(StringBuilder text) throws IOException {
    if (!isDigit(peek())) {
      throw wrong(text.isEmpty() ? "a value expected" : "a digit expected");
    }
    while (isDigit(peek())) {
      append(text);
    }
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private void append(StringBuilder text) throws IOException {
    if (text.length() == LONGEST_NUMBER) {
      throw wrong("a number of more than " + LONGEST_NUMBER + " characters");
    }
    text.append((char) take());
  }

  // -------------------------------------------------------------------------------- characters

  private void expect(char wanted) throws IOException {
    skipSpace();
    int c = take();
    if (c != wanted) {
      throw wrong(
          "'"
              + wanted
              + "' expected, not "
              + (c == END ? "the end" : "'" + Excerpt.visible(c) + "'"));
    }
  }

  private void skipSpace() throws IOException {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
      next++;
    }
  }

  private int peek() throws IOException {
    if (next == filled) {
      consumed += filled;
      next = 0;
      filled = Math.max(0, source.read(buffer));
    }
    return next < filled ? buffer[next] : END;
  }

  private int take() throws IOException {
    int c = peek();
    if (c != END) {
      next++;
    }
    return c;
  }

  JsonException wrong(String problem) {
    return new JsonException("JSON, character " + (consumed + next) + ": " + problem);
  }
}
