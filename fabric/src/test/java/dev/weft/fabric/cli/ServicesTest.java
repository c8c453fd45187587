package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fabric.Fabric;
import dev.weft.fabric.launch.Environment;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jars on the class path add by themselves. */
class ServicesTest {

  @TempDir Path folder;

  @Test
  void callbacksOfServicesJoinEveryFabric() throws Exception {
    Path source =
        Files.writeString(
            folder.resolve("Extra.java"),
            """
            import module java.base;
            import module dev.weft.fabric;

            public class Extra implements CallbackFactory {
              @Override
              public List<Object> callbacks() {
                return List.of("from a service");
              }

              public static void main(String[] arguments) {}
            }
            """);
    CompiledScript compiled = ScriptCompiler.compile(source, Libraries.of(""));
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve("dev.weft.fabric.CallbackFactory"), "Extra\n");
    Files.write(folder.resolve("Extra.class"), compiled.classes().get("Extra"));

    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (var loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ServicesTest.class.getClassLoader())) {
      thread.setContextClassLoader(loader);
      Fabric fabric =
          Fabric.builder()
              .environment(Environment.of(Map.of()))
              .accelerator("cpu")
              .callbacks("the user's")
              .build();
      assertThat(fabric.callbacks()).containsExactly("the user's", "from a service");
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
