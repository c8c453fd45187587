package dev.weft.fabric.accelerator;

import dev.weft.fabric.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What the setting {@code devices} asks for, before anybody looks what there is. Immutable. */
public sealed interface DeviceRequest {

  /** As many as the accelerator finds sensible. */
  record Auto() implements DeviceRequest {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /**
   * The first so many; −1 for all.
   *
   * @param count how many
   */
  record Count(int count) implements DeviceRequest {
    @Override
    public String toString() {
      return Integer.toString(count);
    }
  }

  /**
   * These, by their index.
   *
   * @param indices which ones, in the order of the ranks
   */
  record Indices(List<Integer> indices) implements DeviceRequest {
    public Indices {
      indices = List.copyOf(indices);
    }

    @Override
    public String toString() {
      return indices.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }
  }

  /** Reads {@code "auto"}, {@code "2"}, {@code "-1"} or {@code "0,2,"}. */
  static DeviceRequest of(String text) {
    String stripped = text.strip();
    if (stripped.equals("auto")) {
      return new Auto();
    }
    if (stripped.contains(",")) {
      return new Indices(
          Arrays.stream(stripped.split(","))
              .map(String::strip)
              .filter(part -> !part.isEmpty())
              .map(part -> number(part, text))
              .toList());
    }
    if (!stripped.matches("-?[0-9]+")) { // as in Python a plus is none of its digits
      throw unreadable(text);
    }
    return new Count(number(stripped, text));
  }

  private static int number(String part, String text) {
    try {
      return Integer.parseInt(part);
    } catch (NumberFormatException e) {
      throw unreadable(text);
    }
  }

  private static ConfigurationException unreadable(String text) {
    return new ConfigurationException(
        "devices='" + text + "' is no number of devices; write 2, \"0,2\" or \"auto\"");
  }

  /** Whether it asks for none. */
  default boolean isEmpty() {
    return switch (this) {
      case Auto _ -> false;
      case Count(int count) -> count == 0;
      case Indices(List<Integer> indices) -> indices.isEmpty();
    };
  }
}
