package dev.weft.fabric;

import dev.weft.engine.Nested;
import dev.weft.fabric.text.Notices;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Calls the user's callbacks by the name of a hook. */
final class Callbacks {

  private final List<Object> objects;

  Callbacks(List<Object> objects) {
    this.objects = List.copyOf(objects);
  }

  /** The callbacks that services add to each Fabric. */
  static List<Object> ofServices() {
    List<Object> found = new ArrayList<>();
    ServiceLoader.load(CallbackFactory.class).forEach(factory -> found.addAll(factory.callbacks()));
    if (!found.isEmpty()) {
      Notices.info(
          found.size()
              + " callbacks were added by services: "
              + found.stream()
                  .map(callback -> callback.getClass().getSimpleName())
                  .collect(Collectors.joining(", ")));
    }
    return found;
  }

  List<Object> objects() {
    return objects;
  }

  /**
   * Calls the public method {@code hook} of each object that has one, with as many of the arguments
   * as it takes, from the first.
   */
  void call(String hook, Object... arguments) {
    for (Object callback : objects) {
      List<Method> named =
          Arrays.stream(callback.getClass().getMethods())
              .filter(method -> method.getName().equals(hook) && !method.isBridge())
              .toList();
      if (named.isEmpty()) {
        continue;
      }
      Method method =
          named.stream()
              .filter(candidate -> takes(candidate, arguments))
              .max(java.util.Comparator.comparingInt(Method::getParameterCount))
              .orElseThrow(() -> misfit(callback, hook, named, arguments));
      invoke(callback, method, Arrays.copyOf(arguments, method.getParameterCount()));
    }
  }

  private static boolean takes(Method method, @Nullable Object[] arguments) {
    Class<?>[] types = method.getParameterTypes();
    if (types.length > arguments.length) {
      return false;
    }
    for (int i = 0; i < types.length; i++) {
      Class<?> type = java.lang.invoke.MethodType.methodType(types[i]).wrap().returnType();
      if (arguments[i] == null ? types[i].isPrimitive() : !type.isInstance(arguments[i])) {
        return false;
      }
    }
    return true;
  }

  private static IllegalArgumentException misfit(
      Object callback, String hook, List<Method> named, Object[] arguments) {
    return new IllegalArgumentException(
        "call '"
            + hook
            + "': "
            + callback.getClass().getSimpleName()
            + " has "
            + named.stream()
                .map(method -> hook + parameters(method))
                .collect(Collectors.joining(" and "))
            + ", which does not take "
            + Arrays.stream(arguments).map(Nested::describe).toList());
  }

  private static String parameters(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static void invoke(Object callback, Method method, Object[] arguments) {
    try {
      method.setAccessible(true);
      method.invoke(callback, arguments);
    } catch (InvocationTargetException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default ->
            throw new IllegalStateException(
                "callback "
                    + callback.getClass().getSimpleName()
                    + "."
                    + method.getName()
                    + " failed: "
                    + e.getCause(),
                e.getCause());
      }
    } catch (ReflectiveOperationException | java.lang.reflect.InaccessibleObjectException e) {
      throw new IllegalArgumentException(
          "callback "
              + callback.getClass().getName()
              + ": its method "
              + method.getName()
              + " cannot be called; open its package to dev.weft.fabric",
          e);
    }
  }
}
