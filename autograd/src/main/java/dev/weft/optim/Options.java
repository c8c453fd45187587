package dev.weft.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options that an optimizer knows, with the values of groups that set none of their own.
 *
 * @param optimizer its name, for messages
 * @param values by PyTorch's names; the type of a value is the type of the option
 */
record Options(String optimizer, Map<String, Object> values) {

  /** Of a group without an optimizer: everything is taken, and checked later. */
  static final Options ANY = new Options("parameter group", Map.of());

  /** The value for groups without one. */
  Object value(String option) {
    Object value = values.get(option);
    if (value == null) {
      throw unknown(option);
    }
    return value;
  }

  /** Changes the value for groups without one. */
  void put(String option, Object value) {
    values.put(option, checked(option, value));
  }

  private IllegalArgumentException unknown(String option) {
    return new IllegalArgumentException(
        this == ANY
            ? "parameter group: '" + option + "' is not set, and there is no optimizer yet"
            : optimizer + ": unknown option '" + option + "'; there are " + values.keySet());
  }

  /** The value in its option's own type, or an exception that names both. */
  Object checked(String option, Object value) {
    if (this == ANY) {
      return value;
    }
    Object typed =
        switch (value(option)) {
          case Double _ when value instanceof Number number -> number.doubleValue();
          case Boolean _ when value instanceof Boolean -> value;
          case List<?> list when value instanceof List<?> given && given.size() == list.size() -> {
            var numbers = new java.util.ArrayList<Double>();
            for (Object item : given) {
              if (!(item instanceof Number number)) {
                throw refused(option, value, "must be a list of numbers");
              }
              numbers.add(number.doubleValue());
            }
            yield List.copyOf(numbers);
          }
          case Double _ -> throw refused(option, value, "must be a number");
          case Boolean _ -> throw refused(option, value, "must be true or false");
          case List<?> list ->
              throw refused(option, value, "must be a list of " + list.size() + " numbers");
          default -> throw new IllegalStateException("option of no known type: " + option);
        };
    requireRange(option, typed);
    return typed;
  }

  private void requireRange(String option, Object value) {
    switch (option) {
      case "betas" -> {
        for (Object beta : (List<?>) value) {
          if (!((double) beta >= 0 && (double) beta < 1)) {
            throw refused(option, value, "must be at least 0 and less than 1");
          }
        }
      }
      case "lr", "weight_decay", "eps", "momentum", "lr_decay" -> {
        if (!((double) value >= 0 && (double) value < Double.POSITIVE_INFINITY)) {
          throw refused(option, value, "must be a finite number of at least 0");
        }
      }
      case "alpha", "rho" -> {
        if (!((double) value >= 0 && (double) value <= 1)) {
          throw refused(option, value, "must be from 0 to 1");
        }
      }
      default -> {
        if (value instanceof Double number && !Double.isFinite(number)) {
          throw refused(option, value, "must be finite");
        }
      }
    }
  }

  private IllegalArgumentException refused(String option, Object value, String why) {
    return new IllegalArgumentException(optimizer + ": " + option + " " + value + ": " + why);
  }

  static Options of(String optimizer, Map<String, Object> values) {
    return new Options(optimizer, new LinkedHashMap<>(values));
  }
}
