package dev.weft.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Modules by name, in the order in which they were put in. It has no forward: call the modules.
 *
 * @param <M> the modules' type
 */
public class ModuleDict<M extends Module<?, ?>> extends Module<Object, Object> {

  private final Map<String, M> modules = new LinkedHashMap<>();

  /** An empty dict. */
  public ModuleDict() {}

  /** A dict of these modules, in the map's order. */
  public ModuleDict(Map<String, ? extends M> modules) {
    modules.forEach(this::put);
  }

  /** Adds or replaces a module. The name must be neither empty nor hold a dot. Returns this. */
  public final ModuleDict<M> put(String name, M module) {
    if (name.isEmpty() || name.contains(".")) {
      throw new IllegalArgumentException(
          "ModuleDict: the name '" + name + "' must be neither empty nor hold a dot");
    }
    modules.put(name, Objects.requireNonNull(module, "ModuleDict.put: the module is null"));
    return this;
  }

  /** The module called {@code name}. */
  public final M get(String name) {
    M module = modules.get(name);
    if (module == null) {
      throw new IllegalArgumentException(
          "ModuleDict: there is no '" + name + "', only " + modules.keySet());
    }
    return module;
  }

  /** Whether there is a module called {@code name}. */
  public final boolean containsKey(String name) {
    return modules.containsKey(name);
  }

  /** The names, in order. */
  public final Set<String> keySet() {
    return Collections.unmodifiableSet(modules.keySet());
  }

  /** The modules as a map that cannot be changed. */
  public final Map<String, M> asMap() {
    return Collections.unmodifiableMap(modules);
  }

  /** How many modules it holds. */
  public final int size() {
    return modules.size();
  }

  @Override
  protected Object forward(Object input) {
    throw new UnsupportedOperationException("ModuleDict has no forward; call the modules in it");
  }

  @Override
  void members(BiConsumer<String, Object> visitor) {
    modules.forEach(visitor);
  }
}
