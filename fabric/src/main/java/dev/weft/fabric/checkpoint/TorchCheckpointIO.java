package dev.weft.fabric.checkpoint;

import dev.weft.engine.Tensor;
import dev.weft.engine.io.SafeTensors;
import dev.weft.engine.io.TorchFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints in PyTorch's own format, which {@code torch.load(path, weights_only=True)} reads, or,
 * where the file name ends in {@code .safetensors}, in that format, which holds tensors alone. Also
 * reads folders, see {@link ShardedCheckpoint}. Reading runs no code. Stateless.
 */
public final class TorchCheckpointIO implements CheckpointIO {

  private static final String SAFETENSORS = ".safetensors";

  @Override
  public void save(Map<String, ?> checkpoint, Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (isSafeTensors(path)) {
      SafeTensors.write(path, tensors(checkpoint, path));
    } else {
      TorchFile.write(path, checkpoint);
    }
  }

  @Override
  public Map<String, Object> load(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "there is no checkpoint at this place");
    }
    if (Files.isDirectory(path)) {
      if (!ShardedCheckpoint.isSharded(path)) {
        throw new IllegalArgumentException(
            "load " + path + ": is a folder without .metadata, so it is no sharded checkpoint");
      }
      return ShardedCheckpoint.read(path);
    }
    Map<String, Object> checkpoint = new LinkedHashMap<>();
    if (isSafeTensors(path)) {
      checkpoint.putAll(SafeTensors.open(path).readAll());
      return checkpoint;
    }
    if (!(TorchFile.read(path) instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(
          "load " + path + ": it holds no dictionary; read it with TorchFile.read");
    }
    map.forEach((key, value) -> checkpoint.put(String.valueOf(key), value));
    return checkpoint;
  }

  @Override
  public void remove(Path path) throws IOException {
    if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static boolean isSafeTensors(Path path) {
    return path.toString().toLowerCase(Locale.ROOT).endsWith(SAFETENSORS);
  }

  private static Map<String, Tensor> tensors(Map<String, ?> checkpoint, Path path) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    checkpoint.forEach(
        (name, value) -> {
          if (!(value instanceof Tensor tensor)) {
            throw new IllegalArgumentException(
                "save "
                    + path
                    + ": '"
                    + name
                    + "' is a "
                    + (value == null ? "null" : value.getClass().getSimpleName())
                    + ", but safetensors files hold tensors by name alone; save model.stateDict(),"
                    + " or choose a name that ends in .ckpt or .pt");
          }
          tensors.put(name, tensor);
        });
    return tensors;
  }
}
