package dev.weft.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Takes records apart and builds them again, so that tensors can be found and replaced inside the
 * records users define. What reflection finds is looked up once per class.
 */
public final class Records {

  private record Parts(MethodHandle[] accessors, MethodHandle constructor) {}

  private static final ClassValue<Parts> PARTS =
      new ClassValue<>() {
        @Override
        protected Parts computeValue(Class<?> type) {
          return parts(type);
        }
      };

  private Records() {}

  private static Parts parts(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    try {
      var lookup = MethodHandles.lookup();
      var accessors = new MethodHandle[components.length];
      for (int i = 0; i < components.length; i++) {
        var accessor = components[i].getAccessor();
        accessor.setAccessible(true);
        accessors[i] = lookup.unreflect(accessor);
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return new Parts(accessors, lookup.unreflectConstructor(constructor));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalArgumentException(
          "record " + type.getName() + " cannot be read: open its package to dev.weft.engine", e);
    }
  }

  /** The values of the components, in declaration order. */
  public static List<Object> components(Record record) {
    var accessors = PARTS.get(record.getClass()).accessors();
    var values = new Object[accessors.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = call(accessors[i], record);
    }
    return Arrays.asList(values);
  }

  /** A record of the same class whose components went through {@code change}. */
  @SuppressWarnings("unchecked")
  public static <R extends Record> R map(R record, UnaryOperator<Object> change) {
    Object[] values = components(record).stream().map(change).toArray();
    return (R) build(record.getClass(), values);
  }

  /** A record of class {@code type} with these components. */
  public static <R> R build(Class<R> type, Object... values) {
    return type.cast(call(PARTS.get(type).constructor(), values));
  }

  private static Object call(MethodHandle handle, Object... arguments) {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
