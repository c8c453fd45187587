package dev.weft.fabric.checkpoint;

import dev.weft.engine.io.TorchFile;
import dev.weft.engine.io.TorchShards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Folders that Lightning Fabric saves under sharding strategies: models and optimizers as PyTorch's
 * distributed checkpoint, the rest of the state in {@code meta.pt}. They are read here, not
 * written. {@code fabric consolidate} makes one file of a folder.
 *
 * <p>Optimizers in it know their parameters by name, which {@code loadStateDict} understands.
 *
 * <p>All of it must fit into memory. Stateless.
 */
public final class ShardedCheckpoint {

  private static final String REST = "meta.pt";

  private ShardedCheckpoint() {}

  /** Whether there is such a folder; one without {@code meta.pt} is PyTorch's, not Fabric's. */
  public static boolean isOfFabric(Path folder) {
    return Files.isRegularFile(folder.resolve(REST));
  }

  /** Whether {@link #read} can be tried: {@code meta.pt} may be missing. */
  static boolean isSharded(Path folder) {
    return TorchShards.isSharded(folder);
  }

  /** All that the folder holds, in one tree. */
  public static Map<String, Object> read(Path folder) throws IOException {
    Map<String, Object> checkpoint = new LinkedHashMap<>();
    TorchShards.read(folder).forEach((key, value) -> checkpoint.put(String.valueOf(key), value));
    Path rest = folder.resolve(REST);
    if (Files.exists(rest)) {
      if (!(TorchFile.read(rest) instanceof Map<?, ?> more)) {
        throw new IllegalArgumentException("load " + rest + ": it holds no dictionary");
      }
      more.forEach((key, value) -> checkpoint.put(String.valueOf(key), value));
    }
    return checkpoint;
  }
}
