package dev.weft.engine.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much a thread has put on the heap. */
final class Allocations {

  private Allocations() {}

  /** Bytes since the thread began; always 0 on a JVM that does not count them. */
  static long ofThisThread() {
    return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
            && threads.isThreadAllocatedMemorySupported()
        ? Math.max(0, threads.getCurrentThreadAllocatedBytes())
        : 0;
  }
}
