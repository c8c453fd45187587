package dev.weft.nn;

import dev.weft.engine.Scope;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The hooks of one kind, in the order in which they were registered. Thread-safe. */
final class Hooks<H> {

  /** Has an identity, so that one hook may be registered twice and closed twice. */
  static final class Entry<H> {
    final H hook;

    Entry(H hook) {
      this.hook = hook;
    }
  }

  private final List<Entry<H>> entries = new CopyOnWriteArrayList<>();

  Scope add(H hook) {
    var entry = new Entry<>(hook);
    entries.add(entry);
    return () -> entries.remove(entry);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  List<H> all() {
    return entries.stream().map(entry -> entry.hook).toList();
  }
}
