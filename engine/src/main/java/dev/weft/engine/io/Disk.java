package dev.weft.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The steps of a save that can fail, or be the last thing a killed process did. */
class Disk {

  static final Disk REAL = new Disk();

  private static final boolean WINDOWS = Path.of("").getFileSystem().getSeparator().equals("\\");

  FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  int write(FileChannel channel, ByteBuffer bytes) throws IOException {
    return channel.write(bytes);
  }

  void force(FileChannel channel) throws IOException {
    channel.force(true);
  }

  void replace(Path source, Path target) throws IOException {
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Makes the new name last. Windows cannot open folders and needs no such step. */
  void forceFolder(Path folder) throws IOException {
    if (WINDOWS) {
      return;
    }
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
