package dev.weft.fabric.cli;

import dev.weft.engine.Scope;
import dev.weft.fabric.launch.Environment;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code main} that starts a program: with {@code String[]} if there is such a one, else
 * without arguments; static or not; declared or inherited; not private.
 *
 * <p><b>Source:</b> the Java Language Specification, version 25, section 12.1.4.
 */
final class MainMethod {

  private final Method method;
  private final Optional<Constructor<?>> constructor;

  private MainMethod(Method method, Optional<Constructor<?>> constructor) {
    this.method = method;
    this.constructor = constructor;
  }

  /**
   * The main method of a class.
   *
   * @throws CommandException when it has none, or no instance can be made for it
   */
  static MainMethod of(Class<?> type) {
    Method method =
        find(type)
            .orElseThrow(
                () ->
                    CommandException.script(
                        "fabric: "
                            + type.getName()
                            + " has no main method; write: void main() { … }"));
    if (Modifier.isStatic(method.getModifiers())) {
      return new MainMethod(method, Optional.empty());
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      if (!Modifier.isPrivate(constructor.getModifiers())
          && !Modifier.isAbstract(type.getModifiers())) {
        return new MainMethod(method, Optional.of(constructor));
      }
    } catch (NoSuchMethodException e) {
      // Said below.
    }
    throw CommandException.script(
        "fabric: "
            + type.getName()
            + ": main is not static, so the class needs a constructor without parameters that is"
            + " not private");
  }

  /** Whether a class has a main method. */
  static boolean isIn(Class<?> type) {
    return find(type).isPresent();
  }

  private static Optional<Method> find(Class<?> type) {
    return declared(type, String[].class).or(() -> declared(type));
  }

  private static Optional<Method> declared(Class<?> type, Class<?>... parameters) {
    for (@Nullable Class<?> each = type; each != null; each = each.getSuperclass()) {
      try {
        Method method = each.getDeclaredMethod("main", parameters);
        if (!Modifier.isPrivate(method.getModifiers()) && method.getReturnType() == void.class) {
          return Optional.of(method);
        }
      } catch (NoSuchMethodException e) {
        // A superclass may have it.
      }
    }
    return Optional.empty();
  }

  /** Runs it on this thread, where {@code environment} is the current one meanwhile. */
  void run(List<String> arguments, Environment environment) throws Throwable {
    try (Scope _ = environment.enter()) {
      method.setAccessible(true);
      @Nullable Object receiver = null;
      if (constructor.isPresent()) {
        constructor.get().setAccessible(true);
        receiver = constructor.get().newInstance();
      }
      if (method.getParameterCount() == 0) {
        method.invoke(receiver);
      } else {
        method.invoke(receiver, (Object) arguments.toArray(String[]::new));
      }
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
