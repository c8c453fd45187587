package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code fabric run} as users start it, in processes. */
@Timeout(150)
class RunTest {

  @TempDir Path folder;

  @Test
  void handsOverSettingsAndArguments() throws Exception {
    script(
        "Show.java",
        """
        import module dev.weft.fabric;

        record Pair(Tensor a, Tensor b) {}

        void main(String[] args) {
          for (var name : List.of("CLI_USED", "DEVICES", "NUM_NODES", "PRECISION", "STRATEGY")) {
            IO.println(name + " " + Environment.current().get("LT_" + name).orElse("-"));
          }
          IO.println(List.of(args) + " " + new Pair(Tensor.ones(2), Tensor.zeros(1)).a().sum());
        }
        """);

    var first =
        fabric()
            .run(
                "run",
                "--devices",
                "2",
                "Show.java",
                "--lr",
                "0.1",
                "--precision=bf16-mixed",
                "x",
                "--",
                "--devices=9",
                "@y");

    assertThat(first)
        .isEqualTo(
            new FabricProcess.Result(
                0,
                """
                CLI_USED 1
                DEVICES 2
                NUM_NODES 1
                PRECISION bf16-mixed
                STRATEGY -
                [--lr, 0.1, x, --devices=9, @y] tensor(2.)
                """,
                ""));
  }

  @Test
  void showsWhereAScriptDoesNotCompileAndNothingElse() throws Exception {
    script(
        "Wrong.java",
        """
        void main() {
        \tint x = y;
        }
        """);

    assertThat(fabric().run("run", "Wrong.java"))
        .isEqualTo(
            new FabricProcess.Result(
                1,
                "",
                """
                Wrong.java:2: error: cannot find symbol
                \tint x = y;
                \t        ^
                  symbol:   variable y
                  location: class Wrong
                1 error
                """));
  }

  @Test
  void showsTheUsersFramesOfAnExceptionAndEndsInSpiteOfOtherThreads() throws Exception {
    script(
        "Fails.java",
        """
        import module dev.weft.fabric;

        void main() {
          Thread.ofPlatform().start(() -> {
            synchronized (this) {
              while (true) {
                try {
                  wait();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
            }
          });
          try {
            Tensor.ones(2, 3).matmul(Tensor.ones(2, 3));
          } catch (RuntimeException e) {
            throw new IllegalStateException("step 7", e);
          }
        }
        """);

    var result = fabric().run("run", "Fails.java");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .matches(
            """
            java\\.lang\\.IllegalStateException: step 7
            \tat Fails\\.main\\(Fails\\.java:18\\)
            Caused by: dev\\.weft\\.engine\\.ShapeException: matmul: .*
            \tat Fails\\.main\\(Fails\\.java:16\\)
            \\(frames of Weft and the JDK are left out; JDK_JAVA_OPTIONS=-Dweft\\.fullTrace shows them\\)
            """);
  }

  @Test
  void saysInOneLineWhichSettingCannotBeUsed() throws Exception {
    script(
        "Setting.java",
        """
        import module dev.weft.fabric;

        void main() {
          throw new ConfigurationException("devices=7: there is one");
        }
        """);

    assertThat(fabric().run("run", "Setting.java"))
        .isEqualTo(new FabricProcess.Result(2, "", "fabric: devices=7: there is one\n"));
    assertThat(fabric().run("run", "Setting.java", "--precision=bf16_mixed"))
        .isEqualTo(
            new FabricProcess.Result(
                2,
                "",
                "fabric: unknown precision 'bf16_mixed'; did you mean 'bf16-mixed'? Allowed:"
                    + " transformer-engine, transformer-engine-float16, 16-true, 16-mixed,"
                    + " bf16-true, bf16-mixed, 32-true, 64-true, 64, 32, 16, bf16\n"));
  }

  @Test
  void runsAJarAndAClassAndKeepsTheirExitCode() throws Exception {
    Path source =
        script(
            "Exit.java",
            """
            public class Exit {
              public static void main(String[] args) {
                System.exit(args.length);
              }
            }
            """);
    CompiledScript compiled = ScriptCompiler.compile(source, Libraries.of(""));
    try (var jar = new ZipOutputStream(Files.newOutputStream(folder.resolve("exit.jar")))) {
      jar.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      jar.write("Manifest-Version: 1.0\nMain-Class: Exit\n".getBytes());
      for (Map.Entry<String, byte[]> each : compiled.classes().entrySet()) {
        jar.putNextEntry(new ZipEntry(each.getKey() + ".class"));
        jar.write(each.getValue());
      }
    }

    assertThat(fabric().run("run", "exit.jar", "a", "b", "c").code()).isEqualTo(3);
    assertThat(fabric().run("run", "--class-path", "exit.jar", "Exit", "a", "b").code())
        .isEqualTo(2);
  }

  @Test
  void runsWithoutACacheAndSaysSo() throws Exception {
    script("Hello.java", "void main() { IO.println(\"hello\"); }");
    Path file = Files.writeString(folder.resolve("file"), "");

    var result = fabric().with("XDG_CACHE_HOME", file.toString()).run("run", "Hello.java");

    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualTo("hello\n");
    assertThat(result.err())
        .startsWith(
            "fabric: the script will be compiled again next time, because the folder " + file)
        .hasLineCount(1);
  }

  private FabricProcess fabric() {
    return new FabricProcess(folder);
  }

  private Path script(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
