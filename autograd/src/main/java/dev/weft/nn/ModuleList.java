package dev.weft.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Modules in a list, named by their index. It has no forward: call the modules.
 *
 * @param <M> the modules' type
 */
public class ModuleList<M extends Module<?, ?>> extends Module<Object, Object>
    implements Iterable<M> {

  private final List<M> modules = new ArrayList<>();

  /** An empty list. */
  public ModuleList() {}

  /** A list of these modules. */
  public ModuleList(Iterable<? extends M> modules) {
    modules.forEach(this::add);
  }

  /** A list of these modules. */
  @SafeVarargs
  public static <M extends Module<?, ?>> ModuleList<M> of(M... modules) {
    return new ModuleList<>(List.of(modules));
  }

  /** Appends a module. Returns this. */
  public final ModuleList<M> add(M module) {
    modules.add(java.util.Objects.requireNonNull(module, "ModuleList.add: the module is null"));
    return this;
  }

  /** The module at {@code index}; negative counts from the end. */
  public final M get(int index) {
    int size = modules.size();
    if (index < -size || index >= size) {
      throw new IndexOutOfBoundsException(
          "ModuleList: index " + index + " is outside a list of " + size);
    }
    return modules.get(index < 0 ? index + size : index);
  }

  /** How many modules it holds. */
  public final int size() {
    return modules.size();
  }

  /** The modules as a list that cannot be changed. */
  public final List<M> asList() {
    return Collections.unmodifiableList(modules);
  }

  @Override
  public final Iterator<M> iterator() {
    return asList().iterator();
  }

  @Override
  protected Object forward(Object input) {
    throw new UnsupportedOperationException(
        "ModuleList has no forward; call the modules in it, or use Sequential");
  }

  @Override
  void members(BiConsumer<String, Object> visitor) {
    for (int i = 0; i < modules.size(); i++) {
      visitor.accept(Integer.toString(i), modules.get(i));
    }
  }

  /** Equal neighbours share a line: {@code (0-3): 4 x Block(…)}. */
  @Override
  final List<String> childLines() {
    var lines = new ArrayList<String>();
    int first = 0;
    while (first < modules.size()) {
      String text = modules.get(first).toString();
      int next = first + 1;
      while (next < modules.size() && modules.get(next).toString().equals(text)) {
        next++;
      }
      int count = next - first;
      lines.add(
          count == 1
              ? "(" + first + "): " + text
              : "(" + first + "-" + (next - 1) + "): " + count + " x " + text);
      first = next;
    }
    return lines;
  }
}
