package dev.weft.nn;

/**
 * Called before a module's forward.
 *
 * @param <I> the module's input
 */
@FunctionalInterface
public interface ForwardPreHook<I> {

  /** Returns what forward gets: {@code input} itself, or something in its place. */
  I call(Module<I, ?> module, I input);
}
