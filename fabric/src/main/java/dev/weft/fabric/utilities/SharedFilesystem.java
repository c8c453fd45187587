package dev.weft.fabric.utilities;

import dev.weft.engine.Tensor;
import dev.weft.fabric.Fabric;
import dev.weft.fabric.comm.ReduceOp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Finds out whether all ranks see the same files. */
public final class SharedFilesystem {

  private static final String MARK = ".weft_shared_filesystem_check";
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private SharedFilesystem() {}

  /** As {@link #isShared(Fabric, Path, Duration)}, waiting for at most 3 seconds. */
  public static boolean isShared(Fabric fabric, Path path) {
    return isShared(fabric, path, TIMEOUT);
  }

  /**
   * Whether a folder, or that of a file, is the same for all ranks: rank 0 writes a small file
   * there, and the others look for it. Every rank calls it.
   *
   * @param timeout how long a rank waits for the file, since network file systems take their time
   * @throws UncheckedIOException on all ranks, when the path does not exist on one of them
   */
  public static boolean isShared(Fabric fabric, Path path, Duration timeout) {
    if (fabric.worldSize() == 1) {
      return true;
    }
    Path own = path.toAbsolutePath().normalize();
    String first = fabric.broadcast(own.toString(), 0);
    if (!all(fabric, own.toString().equals(first))) {
      return false;
    }
    if (!all(fabric, Files.exists(own))) {
      throw new UncheckedIOException(
          new NoSuchFileException(own.toString(), null, "it does not exist on every rank"));
    }
    Path parent = own.getParent();
    Path folder = Files.isDirectory(own) || parent == null ? own : parent;
    String name = String.format(Locale.ROOT, "%s_%x", MARK, fabric.broadcast(System.nanoTime(), 0));
    return look(fabric, folder.resolve(name), timeout);
  }

  private static boolean look(Fabric fabric, Path mark, Duration timeout) {
    try {
      boolean written = true;
      if (fabric.isGlobalZero()) {
        written = write(mark);
      }
      if (!all(fabric, written)) {
        throw new UncheckedIOException(
            new IOException("isShared: rank 0 cannot write to " + mark.getParent()));
      }
      return all(fabric, appears(mark, timeout));
    } finally {
      if (fabric.isGlobalZero()) {
        remove(mark);
      }
    }
  }

  private static boolean write(Path mark) {
    try {
      Files.createFile(mark);
      return true;
    } catch (IOException e) {
      return false; // told to all ranks
    }
  }

  private static boolean appears(Path mark, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (!Files.exists(mark)) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return true;
  }

  private static void remove(Path mark) {
    try {
      Files.deleteIfExists(mark);
    } catch (IOException e) {
      // An empty file is left; what was asked is known.
    }
  }

  private static boolean all(Fabric fabric, boolean holds) {
    return fabric.allReduce(Tensor.of(holds ? 1L : 0L), ReduceOp.MIN).itemLong() == 1;
  }
}
