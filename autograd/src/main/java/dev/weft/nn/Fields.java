package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a module class that may hold parameters, buffers and modules: superclass first,
 * then in declaration order. Found by reflection once per class. What a field holds is decided by
 * its value, as in PyTorch: a field of an interface type that holds a module counts.
 */
final class Fields {

  private static final ClassValue<Fields> BY_CLASS =
      new ClassValue<>() {
        @Override
        protected Fields computeValue(Class<?> type) {
          return new Fields(find(type));
        }
      };

  private final List<Field> fields;

  private Fields(List<Field> fields) {
    this.fields = fields;
  }

  static Fields of(Module<?, ?> module) {
    return BY_CLASS.get(module.getClass());
  }

  private static List<Field> find(Class<?> type) {
    var fields = new ArrayList<Field>();
    if (type != Module.class) {
      fields.addAll(find(type.getSuperclass()));
      for (Field field : type.getDeclaredFields()) {
        // Synthetic: the reference of an inner class to the object around it.
        int modifiers = field.getModifiers();
        if (!Modifier.isStatic(modifiers)
            && !Modifier.isTransient(modifiers)
            && !field.isSynthetic()
            && mayHold(field.getType())) {
          open(field);
          fields.add(field);
        }
      }
    }
    return fields;
  }

  private static void open(Field field) {
    try {
      field.setAccessible(true);
    } catch (InaccessibleObjectException e) {
      Class<?> type = field.getDeclaringClass();
      throw new IllegalStateException(
          "module "
              + type.getName()
              + ": its field '"
              + field.getName()
              + "' cannot be read; add 'opens "
              + type.getPackageName()
              + " to dev.weft.autograd;' to the module-info of "
              + type.getModule().getName(),
          e);
    }
  }

  private static boolean mayHold(Class<?> type) {
    if (type.isArray()) {
      return mayHold(type.getComponentType());
    }
    if (type.isPrimitive() || type.isEnum() || type.isRecord()) {
      return false;
    }
    return Tensor.class.isAssignableFrom(type)
        || Module.class.isAssignableFrom(type)
        || type == Optional.class
        || !Modifier.isFinal(type.getModifiers());
  }

  /** Calls {@code visitor} with the name and value of each parameter, buffer and module. */
  void visit(Module<?, ?> module, BiConsumer<String, Object> visitor) {
    for (Field field : fields) {
      visit(name(field), get(field, module), visitor);
    }
  }

  private static String name(Field field) {
    StateName given = field.getAnnotation(StateName.class);
    if (given == null) {
      return field.getName();
    }
    if (given.value().isEmpty() || given.value().contains(".")) {
      throw new IllegalStateException(
          "module "
              + field.getDeclaringClass().getName()
              + ": field '"
              + field.getName()
              + "': the name '"
              + given.value()
              + "' must be neither empty nor hold a dot");
    }
    return given.value();
  }

  static void visit(String name, @Nullable Object value, BiConsumer<String, Object> visitor) {
    switch (value) {
      case null -> {}
      case Parameter _, Buffer _, Module<?, ?> _ -> visitor.accept(name, value);
      case Optional<?> option -> option.ifPresent(held -> visit(name, held, visitor));
      case List<?> items -> {
        int index = 0;
        for (Object item : items) {
          visit(name + "." + index++, item, visitor);
        }
      }
      case Map<?, ?> map ->
          map.forEach(
              (key, item) -> {
                if (key instanceof String text) {
                  visit(name + "." + text, item, visitor);
                }
              });
      case Object[] items -> {
        for (int i = 0; i < items.length; i++) {
          visit(name + "." + i, items[i], visitor);
        }
      }
      default -> {}
    }
  }

  /**
   * Replaces the contents of {@code copy}'s fields, which it still shares with the module it was
   * cloned from.
   */
  void replace(Module<?, ?> copy, UnaryOperator<Object> replacement) {
    for (Field field : fields) {
      Object before = get(field, copy);
      Object after = before == null ? null : replaced(before, replacement);
      if (after != before) {
        set(field, copy, after);
      }
    }
  }

  /** The same structure with each tensor and module replaced; itself where it holds none. */
  static Object replaced(Object value, UnaryOperator<Object> replacement) {
    return switch (value) {
      case Tensor tensor -> replacement.apply(tensor);
      case Module<?, ?> module -> replacement.apply(module);
      case Optional<?> option -> {
        Optional<Object> copy = option.map(held -> replaced(held, replacement));
        yield option.isPresent() && copy.get() != option.get() ? copy : option;
      }
      case List<?> items -> {
        var copy = new ArrayList<Object>(items.size());
        boolean changed = false;
        for (Object item : items) {
          Object other = item == null ? null : replaced(item, replacement);
          changed |= other != item;
          copy.add(other);
        }
        yield !changed ? items : items instanceof ArrayList ? copy : frozen(copy);
      }
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<Object, Object>();
        boolean changed = false;
        for (var entry : map.entrySet()) {
          Object item = entry.getValue();
          Object other = item == null ? null : replaced(item, replacement);
          changed |= other != item;
          copy.put(entry.getKey(), other);
        }
        yield changed ? copy : map;
      }
      case Object[] items -> {
        @Nullable Object[] copy = items.clone();
        boolean changed = false;
        for (int i = 0; i < copy.length; i++) {
          Object item = items[i];
          copy[i] = item == null ? null : replaced(item, replacement);
          changed |= copy[i] != item;
        }
        yield changed ? copy : items;
      }
      default -> value;
    };
  }

  /** A list like {@code List.of} and {@code toList} make, which is what fields mostly hold. */
  private static Collection<Object> frozen(List<Object> items) {
    return Collections.unmodifiableList(items);
  }

  private static @Nullable Object get(Field field, Module<?, ?> module) {
    try {
      return field.get(module);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e); // it was opened above
    }
  }

  private static void set(Field field, Module<?, ?> module, @Nullable Object value) {
    try {
      field.set(module, value);
    } catch (IllegalAccessException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "deepCopy: field '"
              + field.getName()
              + "' of "
              + field.getDeclaringClass().getName()
              + " is a "
              + field.getType().getSimpleName()
              + ", which cannot be copied; declare it as List or Map, or use ModuleList or"
              + " ModuleDict",
          e);
    }
  }
}
