package dev.weft.fabric.utilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.Fabric;
import dev.weft.fabric.launch.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFilesystemTest {

  @TempDir Path folder;

  private static Fabric ranks(int count) {
    return Fabric.builder()
        .environment(Environment.of(Map.of()))
        .accelerator("cpu")
        .devices(count)
        .strategy("ddp_spawn")
        .build();
  }

  @Test
  void ranksOfOneMachineShareTheirFolders() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    ranks(2)
        .launch(
            fabric -> {
              assertThat(SharedFilesystem.isShared(fabric, folder)).isTrue();
              assertThat(SharedFilesystem.isShared(fabric, file)).isTrue();
            });
    try (var entries = Files.list(folder)) {
      assertThat(entries).containsExactly(file);
    }
  }

  @Test
  void ranksThatNameDifferentFoldersShareNone() {
    ranks(2)
        .launch(
            fabric ->
                assertThat(
                        SharedFilesystem.isShared(
                            fabric, folder.resolve("rank" + fabric.globalRank())))
                    .isFalse());
  }

  @Test
  void aFolderThatIsMissingIsAnErrorOnAllRanks() {
    ranks(2)
        .launch(
            fabric ->
                assertThatThrownBy(
                        () -> SharedFilesystem.isShared(fabric, folder.resolve("missing")))
                    .hasMessageContaining("missing"));
  }

  @Test
  void oneRankSharesWithItself() {
    assertThat(SharedFilesystem.isShared(ranks(1), folder.resolve("missing"))).isTrue();
  }
}
