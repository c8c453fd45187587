package dev.weft.engine.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Replaces a file as a whole. The new one is written under a temporary name beside it, forced to
 * the disk and renamed, so that at every moment the path holds the old file or the new one. When a
 * save returns, its data are on the disk.
 *
 * <p>A save that fails removes its temporary file. One that was killed cannot; its file is removed
 * by the next save of the same path. A lock tells the two apart from a save that is still going on,
 * in this process or another: the system drops it with the process that held it.
 */
final class AtomicFile {

  interface Body {
    void write(FileOutput out) throws IOException;
  }

  private static final String SUFFIX = ".weft-tmp";

  /** Temporary files of saves in this process. Opening one of them here would drop its lock. */
  private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

  private static final AtomicLong SERIAL = new AtomicLong();

  private AtomicFile() {}

  static void write(Path target, Body body) throws TensorFileException {
    write(target, body, Disk.REAL);
  }

  static void write(Path target, Body body, Disk disk) throws TensorFileException {
    Place place = resolved(target);
    removeStale(place);
    boolean replaced = false;
    try (Temporary temporary = Temporary.create(place, disk)) {
      var out = new FileOutput(disk, temporary.channel);
      body.write(out);
      out.flush();
      copyPermissions(place.file, temporary.path);
      disk.force(temporary.channel);
      disk.replace(temporary.path, place.file);
      replaced = true;
      disk.forceFolder(place.folder);
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw failed(target, place.folder, replaced, e);
    }
  }

  /** The real file to be replaced. */
  private record Place(Path file, Path folder, String name) {}

  /**
   * The file being written, locked while it is. Closing deletes it, unless it was renamed by then.
   */
  private record Temporary(Path path, FileChannel channel) implements AutoCloseable {

    static Temporary create(Place place, Disk disk) throws IOException {
      while (true) {
        Path path = place.folder.resolve(temporaryName(place.name));
        IN_USE.add(path);
        try {
          var temporary = new Temporary(path, disk.create(path));
          if (temporary.lock()) {
            return temporary;
          }
          temporary.close();
        } catch (IOException | RuntimeException | Error e) {
          IN_USE.remove(path);
          throw e;
        }
      }
    }

    /** False when another process took the new file for a stale one, in the moment before. */
    private boolean lock() {
      try {
        return channel.tryLock() != null && Files.exists(path);
      } catch (IOException e) {
        return true; // a file system without locks, where nobody can find a file to be stale
      }
    }

    @Override
    public void close() throws IOException {
      try (channel) {
        delete(path);
      } finally {
        IN_USE.remove(path);
      }
    }
  }

  /** The file behind a symbolic link is replaced, not the link. */
  private static Place resolved(Path target) throws TensorFileException {
    try {
      Path real = target.toAbsolutePath().normalize();
      if (Files.exists(real)) {
        real = real.toRealPath();
        if (Files.isDirectory(real)) {
          throw new TensorFileException(target, "is a folder; name a file in it");
        }
        if (!Files.isRegularFile(real)) {
          throw new TensorFileException(target, "is not a regular file and is not overwritten");
        }
        if (!Files.isWritable(real)) {
          throw new TensorFileException(target, "is read-only and is not overwritten");
        }
      } else if (Files.isSymbolicLink(real)) {
        throw new TensorFileException(
            target, "is a symbolic link to " + Files.readSymbolicLink(real) + ", which is missing");
      }
      Path folder = real.getParent();
      Path name = real.getFileName();
      if (folder == null || name == null) {
        throw new TensorFileException(target, "is no name of a file");
      }
      if (!Files.isDirectory(folder)) {
        throw new TensorFileException(
            target, "the folder " + folder + " does not exist; create it first");
      }
      return new Place(real, folder, name.toString());
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(target, "cannot be looked up: " + e.getMessage(), e);
    }
  }

  private static String temporaryName(String name) {
    return "."
        + name
        + '.'
        + ProcessHandle.current().pid()
        + '-'
        + Long.toString(System.nanoTime(), 36)
        + SERIAL.incrementAndGet()
        + SUFFIX;
  }

  private static void removeStale(Place place) {
    String prefix = "." + place.name + ".";
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(place.folder, file -> isTemporary(file, prefix))) {
      for (Path file : files) {
        if (!IN_USE.contains(file) && isStale(file)) {
          delete(file);
        }
      }
    } catch (IOException e) {
      // A folder that cannot be listed may still be written to. The litter stays, nothing is lost.
      System.getLogger(AtomicFile.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot look for old temporary files", e);
    }
  }

  private static boolean isTemporary(Path file, String prefix) {
    String name = String.valueOf(file.getFileName());
    // What lies between is made by temporaryName and has no dot: ".a.b.…" is not of the target "a".
    return name.startsWith(prefix)
        && name.endsWith(SUFFIX)
        && name.indexOf('.', prefix.length()) == name.length() - SUFFIX.length();
  }

  private static boolean isStale(Path file) {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      return lock != null;
    } catch (IOException e) {
      return false;
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The next save of the same path tries again.
      System.getLogger(AtomicFile.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot delete " + file, e);
    }
  }

  /** Who could read the old file can read the new one. */
  private static void copyPermissions(Path from, Path to) throws IOException {
    var old = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    var fresh = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (old != null && fresh != null && Files.exists(from)) {
      fresh.setPermissions(old.readAttributes().permissions());
    }
  }

  private static TensorFileException failed(
      Path target, Path folder, boolean replaced, IOException cause) {
    String reason =
        switch (cause) {
          case AccessDeniedException _ -> "the folder " + folder + " may not be written to";
          case NoSuchFileException _ -> "the folder " + folder + " is gone";
          case ClosedByInterruptException _ -> "saving was interrupted";
          case FileSystemException e when e.getReason() != null -> e.getReason();
          default -> String.valueOf(cause.getMessage());
        };
    if (reason.toLowerCase(Locale.ROOT).contains("no space left")) {
      reason = "the disk is full: " + folder.toFile().getUsableSpace() + " bytes are free there";
    }
    return new TensorFileException(
        target,
        replaced
            ? "was saved, but it is not certain that its name survives a power cut: " + reason
            : "was not saved, and what was there before is unchanged: " + reason,
        cause);
  }
}
