package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Damaged copies of a good file, the same in every run: bits flipped, bytes set to telling values,
 * parts removed, doubled or moved, the end cut off.
 */
record Mutations(byte[] good, int count) {

  interface Reader {
    void read(Path file) throws IOException;
  }

  static Mutations of(byte[] good, int count) {
    return new Mutations(good, count);
  }

  /** Reads each copy: it is read, or refused by our exception, and nothing else happens. */
  void check(Path file, Reader reader) throws IOException {
    for (int seed = 0; seed < count; seed++) {
      Files.write(file, mutated(new Random(seed)));
      try {
        reader.read(file);
      } catch (TensorFileException e) {
        if (!e.getMessage().startsWith(file + ": ")) {
          fail("seed " + seed + ": the message does not name the file", e);
        }
      } catch (RuntimeException | Error e) {
        fail("seed " + seed, e);
      }
    }
  }

  private byte[] mutated(Random random) {
    byte[] bytes = good.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      int length = Math.min(bytes.length - at, 1 + random.nextInt(8));
      switch (random.nextInt(7)) {
        case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> Arrays.fill(bytes, at, at + length, (byte) 0xFF);
        case 3 -> Arrays.fill(bytes, at, at + length, (byte) 0);
        case 4 -> bytes = Arrays.copyOf(bytes, at);
        case 5 -> bytes[at] = (byte) random.nextInt(256);
        default -> {
          // A part is written over another place, which gives well-formed pieces where none belong.
          int to = random.nextInt(bytes.length);
          System.arraycopy(
              good, at, bytes, to, Math.min(length * 4, bytes.length - Math.max(to, at)));
        }
      }
    }
    return bytes;
  }
}
