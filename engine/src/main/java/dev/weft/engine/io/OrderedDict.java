package dev.weft.engine.io;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A Python {@code OrderedDict}, as state dicts are: a map that keeps the order of its keys, and may
 * carry attributes, such as the {@code _metadata} with the versions of a module's layers.
 *
 * <p>Confined to one thread, as any map.
 */
public final class OrderedDict extends LinkedHashMap<Object, Object> {

  private static final long serialVersionUID = 1;

  private final transient Map<Object, Object> attributes = new LinkedHashMap<>(1);

  /** An empty one. */
  public OrderedDict() {}

  /** With the entries of {@code map}, in its order. */
  public OrderedDict(Map<?, ?> map) {
    super(map);
  }

  /** What hangs on the object itself; empty for most. */
  public Map<Object, Object> attributes() {
    return attributes;
  }
}
