package dev.weft.fabric.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fabric.data.arrow.LargeArrowFile;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables are streamed: a JVM reads files that are larger than all the memory it may take. */
@Timeout(120)
class LargerThanMemoryTest {

  private static final List<String> LIMITS =
      List.of("-Xmx24m", "-XX:MaxDirectMemorySize=4m", "-Dweft.maxMemory=24m");

  private static final long FILE_BYTES = 64L << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(LargeArrowFile.Kind.class)
  void arrowFiles(LargeArrowFile.Kind kind) throws Exception {
    int batches = (int) (FILE_BYTES >> 19);
    Path file = folder.resolve("large.arrow");
    LargeArrowFile.write(file, kind, batches);
    long rows = LargeArrowFile.rows(batches);
    long ones = rows * (LargeArrowFile.WIDTH - 1);

    assertThat(sum("arrow", file))
        .isEqualTo(rows + " rows, sum " + (rows * (rows - 1) / 2 + ones) + "\n");
  }

  @Test
  void csvFiles() throws Exception {
    String note = "n".repeat(1000);
    long rows = FILE_BYTES / note.length();
    Path file = folder.resolve("large.csv");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("x,note\n");
      for (long row = 0; row < rows; row++) {
        out.write(row + "," + note + "\n");
      }
    }

    assertThat(sum("csv", file)).isEqualTo(rows + " rows, sum " + rows * (rows - 1) / 2 + "\n");
  }

  private static String sum(String kind, Path file) throws IOException, InterruptedException {
    assertThat(Files.size(file)).isGreaterThanOrEqualTo(FILE_BYTES);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(LIMITS);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath()));
    command.addAll(List.of(SumOfRows.class.getName(), kind, file.toString()));
    Path out = Files.createTempFile(file.getParent(), "", ".out");
    Path err = Files.createTempFile(file.getParent(), "", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(err)).isZero();
    return Files.readString(out, StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  private static String classPath() {
    try {
      var code = SumOfRows.class.getProtectionDomain().getCodeSource();
      String modules = System.getProperty("jdk.module.path");
      Path tests = Path.of(code.getLocation().toURI()).resolveSibling("test-classes");
      return modules + File.pathSeparator + tests;
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
