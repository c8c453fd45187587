package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompiledScriptTest {

  @TempDir Path folder;

  @Test
  void isReadAsItWasWrittenAndNeverAnyOtherWay() throws Exception {
    Path source = folder.resolve("Other.java");
    var script =
        new CompiledScript(
            "app.Train", Map.of(source, "ab12"), Map.of("app.Train", new byte[] {1, 2, 3}));
    byte[] bytes = script.toBytes();
    Path file = folder.resolve("script");

    Files.write(file, bytes);
    CompiledScript read = CompiledScript.read(file).orElseThrow();
    assertThat(read.mainClass()).isEqualTo("app.Train");
    assertThat(read.sources()).isEqualTo(Map.of(source, "ab12"));
    assertThat(read.classes().get("app.Train")).containsExactly(1, 2, 3);

    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      Files.write(file, damaged);
      assertThat(CompiledScript.read(file)).as("bit of byte %d turned", i).isEmpty();
      Files.write(file, Arrays.copyOf(bytes, i));
      assertThat(CompiledScript.read(file)).as("cut to %d bytes", i).isEmpty();
    }
    assertThat(CompiledScript.read(folder.resolve("none"))).isEmpty();
  }
}
