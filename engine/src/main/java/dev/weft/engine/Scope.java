package dev.weft.engine;

/**
 * Something that was switched on and ends when it is closed, on the same thread; nest with
 * try-with-resources.
 */
@FunctionalInterface
public interface Scope extends AutoCloseable {

  /** Ends it. Throws no checked exception. */
  @Override
  void close();
}
