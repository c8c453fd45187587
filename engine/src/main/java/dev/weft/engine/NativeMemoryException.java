package dev.weft.engine;

import java.util.Locale;

/**
 * Native memory ran out. The message says how much was asked for, how much is live and, with {@code
 * -Dweft.trackMemory}, who holds most of it. Smaller requests may still succeed.
 */
public class NativeMemoryException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  NativeMemoryException(String message) {
    super(message);
  }

  NativeMemoryException(String message, Throwable cause) {
    super(message, cause);
  }

  static NativeMemoryException of(long bytes, long live, long most, Throwable cause) {
    String holders =
        MemoryTracking.ON
            ? "; live tensors:\n" + MemoryTracking.report(10)
            : "; run with -Dweft.trackMemory to see who holds it";
    return new NativeMemoryException(
        String.format(
            Locale.ROOT,
            "out of native memory: asked for %,d bytes, %,d are live, the limit is %,d"
                + " (raise it with -Dweft.maxMemory=…)%s",
            bytes,
            live,
            most,
            holders),
        cause);
  }
}
