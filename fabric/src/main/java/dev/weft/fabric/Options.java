package dev.weft.fabric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a script as keys and values: {@code --steps 100}, {@code --steps=100}, or {@code
 * --verbose} alone for true. A value may be negative: {@code --shift -3}.
 *
 * <p>Immutable.
 *
 * {@snippet :
 * var options = Options.parse(args);
 * int steps = options.getInt("steps", 2000);
 * }
 */
public final class Options {

  private final Map<String, String> values;

  private Options(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads a script's arguments.
   *
   * @throws IllegalArgumentException naming an argument that belongs to no option, or an option
   *     that is given twice
   */
  public static Options parse(String[] arguments) {
    var values = new LinkedHashMap<String, String>();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (!argument.startsWith("--") || argument.length() == 2) {
        throw new IllegalArgumentException(
            "options: '" + argument + "' belongs to no option; write --name value");
      }
      int equals = argument.indexOf('=');
      String name = argument.substring(2, equals < 0 ? argument.length() : equals);
      String value;
      if (equals >= 0) {
        value = argument.substring(equals + 1);
      } else if (i + 1 < arguments.length && !arguments[i + 1].startsWith("--")) {
        value = arguments[++i];
      } else {
        value = "true";
      }
      if (values.put(name, value) != null) {
        throw new IllegalArgumentException("option --" + name + ": given twice");
      }
    }
    return new Options(Collections.unmodifiableMap(values));
  }

  /** The option as text. */
  public String get(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** The option as a whole number. */
  public int getInt(String name, int otherwise) {
    String value = values.get(name);
    try {
      return value == null ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw unreadable(name, value, "a whole number", e);
    }
  }

  /** The option as a whole number of 64 bits. */
  public long getLong(String name, long otherwise) {
    String value = values.get(name);
    try {
      return value == null ? otherwise : Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw unreadable(name, value, "a whole number", e);
    }
  }

  /** The option as a number. */
  public double getDouble(String name, double otherwise) {
    String value = values.get(name);
    try {
      return value == null ? otherwise : Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw unreadable(name, value, "a number", e);
    }
  }

  /** The option as true or false. */
  public boolean getBoolean(String name, boolean otherwise) {
    return switch (values.get(name)) {
      case null -> otherwise;
      case "true" -> true;
      case "false" -> false;
      case String value -> throw unreadable(name, value, "true or false", null);
    };
  }

  /** Whether the option was given. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** All options by name, in the order given. */
  public Map<String, String> asMap() {
    return values;
  }

  private static IllegalArgumentException unreadable(
      String name, @Nullable String value, String expected, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "option --" + name + ": '" + value + "' is not " + expected, cause);
  }

  @Override
  public String toString() {
    return "Options" + values;
  }
}
