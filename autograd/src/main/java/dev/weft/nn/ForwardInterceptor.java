package dev.weft.nn;

import java.util.function.Function;

/**
 * Stands around a module's forward: it may change what goes in and what comes out, run forward in a
 * context of its own, more than once or not at all. Precision plug-ins and strategies set models up
 * this way, in place.
 */
@FunctionalInterface
public interface ForwardInterceptor {

  /** Calls {@code forward} with {@code input} and returns its output, or does more around it. */
  Object call(Object input, Function<Object, Object> forward);
}
