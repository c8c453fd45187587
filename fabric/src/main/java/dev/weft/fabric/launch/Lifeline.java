package dev.weft.fabric.launch;

import java.io.IOException;
import java.io.InputStream;

/**
 * The end of a pipe whose other end the launching process holds. When that process is gone, however
 * it went, the pipe ends and so does this rank.
 */
public final class Lifeline {

  /** Says that standard input is a lifeline. */
  static final String VARIABLE = "WEFT_LIFELINE";

  /** As after a SIGTERM, which is what this is. */
  private static final int EXIT_CODE = 143;

  private static final int BUFFER_BYTES = 512;

  private Lifeline() {}

  /** Whether the environment says that there is one. */
  public static boolean isHeld(Environment environment) {
    return environment.has(VARIABLE);
  }

  /** Watches it on a thread of its own, if there is one. Watching twice is harmless. */
  public static void watch(Environment environment) {
    if (isHeld(environment)) {
      int localRank = environment.getInt("LOCAL_RANK").orElse(1);
      Thread.ofPlatform().daemon().name("weft-lifeline").start(() -> endWith(System.in, localRank));
    }
  }

  private static void endWith(InputStream pipe, int localRank) {
    try {
      byte[] ignored = new byte[BUFFER_BYTES];
      while (pipe.read(ignored) >= 0) {
        // Nothing is ever sent.
      }
    } catch (IOException e) {
      // It is broken, which says the same.
    }
    if (localRank == 1) {
      System.err.println(
          "fabric: the process of local rank 0 has gone (was it killed?); its other ranks end too");
    }
    Runtime.getRuntime().halt(EXIT_CODE);
  }
}
