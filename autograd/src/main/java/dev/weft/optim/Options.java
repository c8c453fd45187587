package dev.weft.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
          case Long _ when isWhole(value) -> ((Number) value).longValue();
          case Boolean _ when value instanceof Boolean -> value;
          case Optional<?> _ when value instanceof String text -> Optional.of(text);
          case Optional<?> _ when value instanceof Optional<?> -> value;
          case List<?> list when value instanceof List<?> given && given.size() == list.size() ->
              items(option, list, given);
          case Double _ -> throw refused(option, value, "must be a number");
          case Long _ -> throw refused(option, value, "must be a whole number");
          case Boolean _ -> throw refused(option, value, "must be true or false");
          case Optional<?> _ -> throw refused(option, value, "must be a name");
          case List<?> list ->
              throw refused(option, value, "must be a list of " + list.size() + " numbers");
          default -> throw new IllegalStateException("option of no known type: " + option);
        };
    requireRange(option, typed);
    return typed;
  }

  /** As {@link #checked}; but a rate may be below 0, as a schedule may leave it past its end. */
  Object scheduled(String option, Object value) {
    return option.equals("lr")
            && value instanceof Number rate
            && Double.isFinite(rate.doubleValue())
        ? (Object) rate.doubleValue()
        : checked(option, value);
  }

  private static boolean isWhole(Object value) {
    return value instanceof Number number && number.doubleValue() == number.longValue();
  }

  /** Numbers, and nothing where the default has nothing. */
  private List<Object> items(String option, List<?> defaults, List<?> given) {
    var items = new ArrayList<Object>();
    for (int i = 0; i < given.size(); i++) {
      Object item = given.get(i);
      boolean none =
          defaults.get(i) instanceof Optional && item instanceof Optional<?> o && o.isEmpty();
      if (item instanceof Number number) {
        items.add(number.doubleValue());
      } else if (none) {
        items.add(item);
      } else {
        throw refused(option, given, "must be a list of numbers");
      }
    }
    return List.copyOf(items);
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
      case "alpha", "rho" -> {
        if (!((double) value >= 0 && (double) value <= 1)) {
          throw refused(option, value, "must be from 0 to 1");
        }
      }
      case "beta2_decay" -> {
        if (!((double) value <= 0 && (double) value > Double.NEGATIVE_INFINITY)) {
          throw refused(option, value, "must be a finite number of at most 0");
        }
      }
      case "d" -> {
        if (!((double) value > 0 && (double) value < Double.POSITIVE_INFINITY)) {
          throw refused(option, value, "must be a finite number above 0");
        }
      }
      case "etas" -> {
        var etas = (List<?>) value;
        double minus = (double) etas.getFirst();
        if (!(minus > 0 && minus < 1 && (double) etas.getLast() > 1)) {
          throw refused(option, value, "needs 0 < the first < 1 < the second");
        }
      }
      case "eps" -> {
        for (Object eps : value instanceof List<?> several ? several : List.of(value)) {
          if (eps instanceof Double number && !(Double.isFinite(number) && number >= 0)) {
            throw refused(option, value, "must be a finite number of at least 0");
          }
        }
      }
      case "line_search_fn" -> requireName(option, value, "strong_wolfe");
      case "adjust_lr_fn" -> requireName(option, value, "original", "match_rms_adamw");
      default -> requireNotNegative(option, value);
    }
  }

  private void requireName(String option, Object value, String... known) {
    Optional<?> name = (Optional<?>) value;
    if (name.isPresent() && !List.of(known).contains(name.get())) {
      throw refused(option, name.get(), "must be one of " + List.of(known));
    }
  }

  private void requireNotNegative(String option, Object value) {
    switch (value) {
      case Double number -> {
        boolean signed = option.equals("dampening") || option.equals("t0");
        if (!Double.isFinite(number) || number < 0 && !signed) {
          throw refused(
              option, value, signed ? "must be finite" : "must be a finite number of at least 0");
        }
      }
      case Long number -> {
        if (number < 1) {
          throw refused(option, value, "must be at least 1");
        }
      }
      case List<?> items -> {
        for (Object item : items) {
          if (item instanceof Double number && !Double.isFinite(number)) {
            throw refused(option, value, "must be finite");
          }
        }
      }
      default -> {} // any truth value
    }
  }

  private IllegalArgumentException refused(String option, Object value, String why) {
    return new IllegalArgumentException(optimizer + ": " + option + " " + value + ": " + why);
  }

  static Options of(String optimizer, Map<String, Object> values) {
    return new Options(optimizer, new LinkedHashMap<>(values));
  }
}
