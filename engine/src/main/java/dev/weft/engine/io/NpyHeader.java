package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * The header of an {@code .npy} file: a Python dictionary with the keys descr, fortran_order and
 * shape, and nothing else. Python's literals beyond these are not understood.
 */
final class NpyHeader {

  private final String text;
  private int at;

  NpyHeader(String text) {
    this.text = text;
  }

  Npy.Header parse() {
    Optional<DType> dtype = Optional.empty();
    Optional<Boolean> columnMajor = Optional.empty();
    Optional<Shape> shape = Optional.empty();
    expect('{');
    while (!skip('}')) {
      String key = string();
      expect(':');
      if (key.equals("descr") && dtype.isEmpty()) {
        if (peek() == '[') {
          throw new DTypeException("structured dtypes are not supported");
        }
        dtype = Optional.of(Npy.dtype(string()));
      } else if (key.equals("fortran_order") && columnMajor.isEmpty()) {
        columnMajor = Optional.of(truth());
      } else if (key.equals("shape") && shape.isEmpty()) {
        shape = Optional.of(shape());
      } else {
        throw wrong("the key '" + Excerpt.of(key) + "' is not expected there");
      }
      if (!skip(',') && peek() != '}') {
        throw wrong("',' or '}' expected");
      }
    }
    if (peek() != 0) {
      throw wrong("more text after the dictionary");
    }
    if (dtype.isEmpty() || columnMajor.isEmpty() || shape.isEmpty()) {
      throw wrong("descr, fortran_order and shape are needed");
    }
    return new Npy.Header(dtype.get(), columnMajor.get(), shape.get());
  }

  private Shape shape() {
    expect('(');
    long[] sizes = new long[TensorData.MOST_DIMS];
    int rank = 0;
    while (!skip(')')) {
      if (rank == sizes.length) {
        throw wrong("more than " + sizes.length + " dimensions");
      }
      sizes[rank++] = number();
      if (!skip(',') && peek() != ')') {
        throw wrong("',' or ')' expected");
      }
    }
    return Shape.of(Arrays.copyOf(sizes, rank));
  }

  private long number() {
    peek();
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at < text.length() && text.charAt(at) == 'L') { // a long of Python 2
      at++;
      return number(text.substring(from, at - 1));
    }
    return number(text.substring(from, at));
  }

  private long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw wrong("a size of 64 bits expected");
    }
  }

  private boolean truth() {
    peek();
    for (boolean value : new boolean[] {true, false}) {
      String word = value ? "True" : "False";
      if (text.startsWith(word, at)) {
        at += word.length();
        return value;
      }
    }
    throw wrong("True or False expected");
  }

  private String string() {
    char quote = peek();
    int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
    if (end < 0) {
      throw wrong("a string expected");
    }
    String value = text.substring(at + 1, end);
    if (value.indexOf('\\') >= 0) {
      throw wrong("escapes in strings are not expected there");
    }
    at = end + 1;
    return value;
  }

  private void expect(char wanted) {
    if (!skip(wanted)) {
      throw wrong("'" + wanted + "' expected");
    }
  }

  private boolean skip(char wanted) {
    boolean found = peek() == wanted;
    at += found ? 1 : 0;
    return found;
  }

  /** The next character that is no space, or 0 at the end. */
  private char peek() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private JsonException wrong(String problem) {
    return new JsonException("character " + at + ": " + problem);
  }
}
