package dev.weft.fabric.text;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comma separated values. Source: RFC 4180. */
public final class Csv {

  /** A record longer than this is taken for a missing quotation mark. */
  private static final int LONGEST_RECORD = 1 << 24;

  private Csv() {}

  /** A record as text, without its line end. Fields are quoted where they need it. */
  public static String record(List<String> fields) {
    var text = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      text.append(i == 0 ? "" : ",").append(quoted(fields.get(i)));
    }
    return text.toString();
  }

  private static String quoted(String field) {
    boolean special = field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return special ? '"' + field.replace("\"", "\"\"") + '"' : field;
  }

  /** Reads records one by one; empty lines are left out. Confined to one thread. */
  public static final class Parser {

    private final Reader source;
    private final char delimiter;
    private int next = NOTHING_READ;
    private long line = 1;
    private long recordLine = 1;

    private static final int NOTHING_READ = -2;
    private static final int END = -1;

    public Parser(Reader source, char delimiter) {
      this.source = source;
      this.delimiter = delimiter;
    }

    /** The line that the last record began on, counted from 1. */
    public long recordLine() {
      return recordLine;
    }

    /**
     * The fields of the next record; null at the end.
     *
     * @throws IOException when reading fails, or a quotation is not closed
     */
    public @Nullable List<String> next() throws IOException {
      while (peek() == '\n' || peek() == '\r') {
        take();
      }
      if (peek() == END) {
        return null;
      }
      var fields = new ArrayList<String>();
      long begin = line;
      recordLine = begin;
      int length = 0;
      do {
        String field = peek() == '"' ? quotedField(begin) : plainField();
        fields.add(field);
        length += field.length() + 1;
        if (length > LONGEST_RECORD) {
          throw tooLong(begin);
        }
      } while (takenDelimiter());
      return fields;
    }

    private boolean takenDelimiter() throws IOException {
      if (peek() != delimiter) {
        return false;
      }
      take();
      return true;
    }

    private String plainField() throws IOException {
      var field = new StringBuilder();
      for (int c = peek(); c != delimiter && c != '\n' && c != '\r' && c != END; c = peek()) {
        field.append((char) take());
        if (field.length() > LONGEST_RECORD) {
          throw tooLong(line);
        }
      }
      return field.toString();
    }

    private String quotedField(long begin) throws IOException {
      var field = new StringBuilder();
      take();
      while (true) {
        int c = take();
        if (c == END) {
          throw new IOException(
              "the quotation mark opened in the record of line " + begin + " is not closed");
        }
        if (c == '"') {
          if (peek() != '"') {
            // Text after a closing quotation mark belongs to the field, as most readers take it.
            return field.append(plainField()).toString();
          }
          take();
        }
        field.append((char) c);
        if (field.length() > LONGEST_RECORD) {
          throw tooLong(begin);
        }
      }
    }

    private static IOException tooLong(long line) {
      return new IOException(
          "the record of line " + line + " is longer than " + LONGEST_RECORD + " characters");
    }

    private int peek() throws IOException {
      if (next == NOTHING_READ) {
        next = source.read();
      }
      return next;
    }

    private int take() throws IOException {
      int c = peek();
      next = NOTHING_READ;
      if (c == '\n') {
        line++;
      }
      return c;
    }
  }
}
