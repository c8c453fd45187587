package dev.weft.engine.io;

import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Pickled.Pending;
import dev.weft.engine.io.Pickled.StorageRef;
import dev.weft.engine.io.Pickled.UserObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The values that a pickle gave: first checked as a whole, then, when the storages are there,
 * completed with tensors and the caller's objects. Neither step uses recursion.
 */
final class Tree {

  /** Walking what comes out, as {@code toString} does, must not overflow the stack. */
  static final int MOST_DEPTH = 500;

  /**
   * Elements that a walk would meet, shared containers once for each place. A few dozen bytes can
   * stand for 2^40 of them.
   */
  private static final long MOST_ELEMENTS = 1_000_000;

  private static final int VISIT = 120;

  /** What is known of a container that was walked through. */
  private record Seen(long elements, int height) {}

  private static final Seen OPEN = new Seen(0, 0);
  private static final Seen LEAF = new Seen(1, 0);

  /** A container in the middle of being walked through. */
  private static final class Frame {
    final Object container;
    final Iterator<Child> children;
    String label = "";
    long elements = 1;
    int height;

    Frame(Object container) {
      this.container = container;
      this.children = children(container).iterator();
    }
  }

  private record Child(String label, Object value) {}

  private final Object root;
  private final long mostElements;
  private final FileInput in;
  private final Budget budget;

  /** Containers, each after what it contains. */
  private final List<Object> inner = new ArrayList<>();

  private final Map<Object, Seen> seen = new IdentityHashMap<>();
  private final Deque<Frame> path = new ArrayDeque<>();

  /**
   * @param bytes the length of the pickle, in proportion to which it may expand
   */
  Tree(Object root, long bytes, FileInput in, Budget budget) {
    this.root = root;
    this.mostElements = MOST_ELEMENTS + 16 * bytes;
    this.in = in;
    this.budget = budget;
  }

  // ------------------------------------------------------------------------------------- check

  /** Requires that there are values only, not too deep, not too many, none inside itself. */
  void check() throws TensorFileException {
    enter(root);
    while (!path.isEmpty()) {
      Frame frame = path.getLast();
      if (frame.children.hasNext()) {
        Child child = frame.children.next();
        frame.label = child.label;
        enter(child.value);
      } else {
        path.removeLast();
        if (frame.elements > mostElements) {
          throw wrong("more than " + mostElements + " elements, counting shared ones repeatedly");
        }
        var result = new Seen(frame.elements, frame.height);
        seen.put(frame.container, result);
        inner.add(frame.container);
        account(result);
      }
    }
  }

  private void enter(Object value) throws TensorFileException {
    if (!isContainer(value)) {
      if (value instanceof Pickled pickled && !(value instanceof Pending)) {
        throw wrong("holds " + pickled.noun());
      }
      account(LEAF);
      return;
    }
    Seen before = seen.get(value);
    if (before == OPEN) {
      throw wrong("a container holds itself");
    }
    if (before != null) {
      account(before);
      return;
    }
    if (path.size() == MOST_DEPTH) {
      throw wrong("more than " + MOST_DEPTH + " levels of nesting");
    }
    if (!budget.spend(VISIT)) {
      throw wrong(
          "the values take more than "
              + budget.limit()
              + " bytes of heap; if you trust the file, raise TorchFile.Options.heapBytes");
    }
    seen.put(value, OPEN);
    path.addLast(new Frame(value));
  }

  private void account(Seen child) throws TensorFileException {
    Frame parent = path.peekLast();
    if (parent == null) {
      return;
    }
    parent.elements = Math.min(Long.MAX_VALUE / 2, parent.elements + child.elements);
    parent.height = Math.max(parent.height, child.height + 1);
    if (parent.height > MOST_DEPTH) {
      throw wrong("more than " + MOST_DEPTH + " levels of nesting");
    }
  }

  private TensorFileException wrong(String problem) {
    var place = new StringBuilder("the value");
    int shown = 0;
    for (Frame frame : path) {
      if (++shown > 10) {
        place.append("…");
        break;
      }
      place.append(frame.label);
    }
    return in.wrong(place + ": " + problem);
  }

  private static boolean isContainer(Object value) {
    return value instanceof List<?> || value instanceof Map<?, ?> || value instanceof UserObject;
  }

  private static Iterable<Child> children(Object container) {
    return switch (container) {
      case UserObject object -> {
        var parts = new ArrayList<Child>();
        parts.add(new Child(".arguments", object.arguments));
        if (object.state != null) {
          parts.add(new Child(".state", object.state));
        }
        yield parts;
      }
      case OrderedDict dict ->
          () ->
              Stream.concat(
                      entries(dict),
                      dict.attributes().isEmpty()
                          ? Stream.empty()
                          : Stream.of(new Child(".__dict__", dict.attributes())))
                  .iterator();
      case Map<?, ?> map -> () -> entries(map).iterator();
      case List<?> list -> () -> new Items(list);
      default -> List.of();
    };
  }

  private static Stream<Child> entries(Map<?, ?> map) {
    return map.entrySet().stream().map(e -> new Child("[" + label(e.getKey()) + "]", e.getValue()));
  }

  private static String label(Object key) {
    return key instanceof String text ? "'" + Excerpt.of(text) + "'" : Excerpt.of(key.toString());
  }

  private static final class Items implements Iterator<Child> {
    private final List<?> list;
    private int next;

    Items(List<?> list) {
      this.list = list;
    }

    @Override
    public boolean hasNext() {
      return next < list.size();
    }

    @Override
    public Child next() {
      return new Child("[" + next + "]", list.get(next++));
    }
  }

  // ---------------------------------------------------------------------------------- complete

  /** Puts tensors and the caller's objects where they belong, and returns the finished root. */
  Object complete(Map<StorageRef, Storage> storages) throws TensorFileException {
    var built = new IdentityHashMap<Pending, Object>();
    try {
      for (Object container : inner) {
        switch (container) {
          case UserObject object -> {
            replaceAll(object.arguments, storages, built);
            if (object.state != null) {
              object.state = finished(object.state, storages, built);
            }
          }
          case Map<?, ?> map -> replaceAll(map, storages, built);
          case List<?> list -> replaceAll(list, storages, built);
          default -> throw new AssertionError(container);
        }
      }
      return finished(root, storages, built);
    } catch (TensorFileException | RuntimeException | Error e) {
      built.values().forEach(Tree::release);
      throw e;
    }
  }

  private static void release(Object value) {
    switch (value) {
      case Tensor tensor -> tensor.release();
      default -> {}
    }
  }

  private void replaceAll(
      Map<?, ?> map, Map<StorageRef, Storage> storages, Map<Pending, Object> built)
      throws TensorFileException {
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (entry.getValue() instanceof Pending pending) {
        @SuppressWarnings("unchecked")
        var open = (Map.Entry<Object, Object>) entry;
        open.setValue(finished(pending, storages, built));
      }
    }
  }

  private void replaceAll(
      List<?> list, Map<StorageRef, Storage> storages, Map<Pending, Object> built)
      throws TensorFileException {
    for (int i = 0; i < list.size(); i++) {
      if (!(list.get(i) instanceof Pending pending)) {
        continue;
      }
      Object value = finished(pending, storages, built);
      if (list instanceof Tuple tuple) {
        tuple.replace(i, value);
      } else {
        @SuppressWarnings("unchecked")
        var open = (List<Object>) list;
        open.set(i, value);
      }
    }
  }

  private Object finished(
      Object value, Map<StorageRef, Storage> storages, Map<Pending, Object> built)
      throws TensorFileException {
    if (!(value instanceof Pending pending)) {
      return value;
    }
    Object known = built.get(pending);
    if (known != null) {
      return known;
    }
    @Nullable Object made;
    try {
      made = pending.build(storages);
    } catch (RuntimeException e) {
      if (!(pending instanceof UserObject)) {
        throw e;
      }
      throw new TensorFileException(
          in.path(), "the decoder of " + pending.noun() + " failed: " + e.getMessage(), e);
    }
    if (made == null) {
      throw in.wrong("the decoder of " + pending.noun() + " gave null");
    }
    built.put(pending, made);
    return made;
  }
}
