package dev.weft.nn;

/**
 * Called after a module's forward.
 *
 * @param <I> the module's input
 * @param <O> the module's output
 */
@FunctionalInterface
public interface ForwardHook<I, O> {

  /** Returns what the caller gets: {@code output} itself, or something in its place. */
  O call(Module<I, O> module, I input, O output);
}
