package dev.weft.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;

/** Parameters by name, in the order in which they were put in. It has no forward. */
public final class ParameterDict extends Module<Object, Object> {

  private final Map<String, Parameter> parameters = new LinkedHashMap<>();

  /** An empty dict. */
  public ParameterDict() {}

  /** A dict of these parameters, in the map's order. */
  public ParameterDict(Map<String, Parameter> parameters) {
    parameters.forEach(this::put);
  }

  /** Adds or replaces a parameter. The name must be neither empty nor hold a dot. Returns this. */
  public ParameterDict put(String name, Parameter parameter) {
    if (name.isEmpty() || name.contains(".")) {
      throw new IllegalArgumentException(
          "ParameterDict: the name '" + name + "' must be neither empty nor hold a dot");
    }
    parameters.put(
        name, Objects.requireNonNull(parameter, "ParameterDict.put: the parameter is null"));
    return this;
  }

  /** The parameter called {@code name}. */
  public Parameter get(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "ParameterDict: there is no '" + name + "', only " + parameters.keySet());
    }
    return parameter;
  }

  /** Whether there is a parameter called {@code name}. */
  public boolean containsKey(String name) {
    return parameters.containsKey(name);
  }

  /** The names, in order. */
  public Set<String> keySet() {
    return Collections.unmodifiableSet(parameters.keySet());
  }

  /** The parameters as a map that cannot be changed. */
  public Map<String, Parameter> asMap() {
    return Collections.unmodifiableMap(parameters);
  }

  /** How many parameters it holds. */
  public int size() {
    return parameters.size();
  }

  @Override
  protected Object forward(Object input) {
    throw new UnsupportedOperationException(
        "ParameterDict has no forward; use the parameters in it");
  }

  @Override
  void members(BiConsumer<String, Object> visitor) {
    parameters.forEach(visitor);
  }
}
