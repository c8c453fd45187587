package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;

/** Parameters in a list, named by their index. It has no forward: use the parameters. */
public final class ParameterList extends Module<Object, Object> implements Iterable<Parameter> {

  private final List<Parameter> parameters = new ArrayList<>();

  /** An empty list. */
  public ParameterList() {}

  /** A list of these parameters. */
  public ParameterList(Iterable<? extends Parameter> parameters) {
    parameters.forEach(this::add);
  }

  /** A list of parameters over the memory of these tensors. */
  public static ParameterList of(Tensor... tensors) {
    var list = new ParameterList();
    for (Tensor tensor : tensors) {
      list.add(tensor instanceof Parameter parameter ? parameter : Parameter.of(tensor));
    }
    return list;
  }

  /** Appends a parameter. Returns this. */
  public ParameterList add(Parameter parameter) {
    parameters.add(Objects.requireNonNull(parameter, "ParameterList.add: the parameter is null"));
    return this;
  }

  /** The parameter at {@code index}; negative counts from the end. */
  public Parameter get(int index) {
    int size = parameters.size();
    if (index < -size || index >= size) {
      throw new IndexOutOfBoundsException(
          "ParameterList: index " + index + " is outside a list of " + size);
    }
    return parameters.get(index < 0 ? index + size : index);
  }

  /** How many parameters it holds. */
  public int size() {
    return parameters.size();
  }

  /** The parameters as a list that cannot be changed. */
  public List<Parameter> asList() {
    return Collections.unmodifiableList(parameters);
  }

  @Override
  public Iterator<Parameter> iterator() {
    return asList().iterator();
  }

  @Override
  protected Object forward(Object input) {
    throw new UnsupportedOperationException(
        "ParameterList has no forward; use the parameters in it");
  }

  @Override
  void members(BiConsumer<String, Object> visitor) {
    for (int i = 0; i < parameters.size(); i++) {
      visitor.accept(Integer.toString(i), parameters.get(i));
    }
  }
}
