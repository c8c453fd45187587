package dev.weft.engine.op;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

/**
 * All ops, found through the sealed type {@link Op}: what tests, docs and benches iterate over. A
 * class of ops without {@code samples()} or {@code errors()} is an error here.
 */
public final class OpFamily {

  private OpFamily() {}

  /** The classes of ops, in the order of declaration. */
  public static List<Class<? extends Op>> classes() {
    var classes = new ArrayList<Class<? extends Op>>();
    collect(Op.class, classes);
    return List.copyOf(classes);
  }

  private static void collect(Class<?> type, List<Class<? extends Op>> classes) {
    if (type.isInterface()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, classes);
      }
    } else {
      classes.add(type.asSubclass(Op.class));
    }
  }

  /** What every op is tested on. */
  public static List<Sample> samples() {
    return classes().stream().flatMap(type -> samples(type).stream()).toList();
  }

  /** What the ops of one class are tested on. */
  public static List<Sample> samples(Class<? extends Op> type) {
    return declared(type, "samples", Sample.class);
  }

  /** What every op refuses. */
  public static List<ErrorSample> errors() {
    return classes().stream().flatMap(type -> errors(type).stream()).toList();
  }

  /** What the ops of one class refuse. */
  public static List<ErrorSample> errors(Class<? extends Op> type) {
    return declared(type, "errors", ErrorSample.class);
  }

  private static <T> List<T> declared(Class<?> type, String method, Class<T> element) {
    try {
      var result = (List<?>) type.getMethod(method).invoke(null);
      return result.stream().map(element::cast).toList();
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new IllegalStateException(
          type.getName() + " needs a public static method " + method + "()", e);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type.getName() + "." + method + "() failed", e.getCause());
    }
  }
}
