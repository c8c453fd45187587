package dev.weft.fabric.launch;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a pipe whose other end the launching process holds. When that process is gone, however
 * it went, the pipe ends and so does this rank.
 */
public final class Lifeline {

  /** Says that standard input is a lifeline. */
  static final String VARIABLE = "WEFT_LIFELINE";

  /** As after a SIGTERM, which is what this is. */
  private static final int EXIT_CODE = 143;

  private static final AtomicBoolean WATCHED = new AtomicBoolean();

  private Lifeline() {}

  /** Whether the environment says that there is one. */
  public static boolean isHeld(Environment environment) {
    return environment.has(VARIABLE);
  }

  /**
   * Tells the process at the other end that it is about to be stopped, so that it ends silently.
   */
  static void announceEnd(Process process) {
    try {
      process.getOutputStream().write(0);
      process.getOutputStream().flush();
    } catch (IOException e) {
      // It is gone, which is what we want.
    }
  }

  /** Watches it on a thread of its own, if there is one. Watching twice is harmless. */
  public static void watch(Environment environment) {
    if (isHeld(environment) && WATCHED.compareAndSet(false, true)) {
      int localRank = environment.getInt("LOCAL_RANK").orElse(1);
      Thread.ofPlatform().daemon().name("weft-lifeline").start(() -> endWith(System.in, localRank));
    }
  }

  private static void endWith(InputStream pipe, int localRank) {
    boolean announced = false;
    try {
      while (pipe.read() >= 0) {
        announced = true;
      }
    } catch (IOException e) {
      // It is broken, which says the same.
    }
    if (localRank == 1 && !announced) {
      System.err.println(
          "fabric: the process of local rank 0 has gone (was it killed?); its other ranks end too");
    }
    Runtime.getRuntime().halt(EXIT_CODE);
  }
}
