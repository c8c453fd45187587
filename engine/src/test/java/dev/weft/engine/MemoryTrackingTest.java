package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tracking is decided when the JVM starts, so each test starts one. */
class MemoryTrackingTest {

  /** What runs there: fills memory up to the limit, then uses what was released. */
  public static void main(String[] args) {
    var held = new ArrayList<Tensor>();
    try {
      while (true) {
        held.add(Tensor.zeros(300_000)); // 1.2 MB each
      }
    } catch (NativeMemoryException e) {
      System.out.println(e.getMessage());
    }
    held.forEach(Tensor::release);
    System.out.println("again: " + Tensor.ones(300_000).sum().item());
    try {
      held.getFirst().add(1);
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
  }

  @Test
  void withTrackingErrorsNameTheLine() throws Exception {
    String output = run("-Dweft.maxMemory=16m", "-Dweft.trackMemory");
    assertThat(output)
        .contains("out of native memory: asked for 1,200,000 bytes")
        .contains("the limit is 16,777,216")
        .contains("live tensors:")
        .containsPattern("bytes in \\d+ storages from .*MemoryTrackingTest.main\\(Memory")
        .contains("again: 300000.0")
        .containsPattern(
            "add\\(x, 1.0\\): .*released before this use; it was made at .*Test.main\\(");
  }

  @Test
  void withoutTrackingErrorsSayHowToTurnItOn() throws Exception {
    assertThat(run("-Dweft.maxMemory=16m"))
        .contains("run with -Dweft.trackMemory to see who holds it")
        .contains("again: 300000.0")
        .contains("keep() it, or run with -Dweft.trackMemory");
  }

  private static String run(String... options) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-Xmx64m"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "--class-path",
            root(Tensor.class) + java.io.File.pathSeparator + root(MemoryTrackingTest.class)));
    command.add(MemoryTrackingTest.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** The folder that a class was loaded from. */
  private static Path root(Class<?> type) {
    Path file = Path.of(URI.create(type.getResource(type.getSimpleName() + ".class").toString()));
    for (int i = type.getName().split("\\.").length; i > 0; i--) {
      file = file.getParent();
    }
    return file;
  }
}
