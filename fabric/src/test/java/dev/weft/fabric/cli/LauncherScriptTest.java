package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code bin/fabric} in a source tree of empty files, with a {@code java} that prints its arguments
 * and a {@code mvn} that writes an empty jar. The script sees no other command than those it needs.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherScriptTest {

  private static final List<String> COMMANDS =
      List.of(
          "basename",
          "cat",
          "dirname",
          "env",
          "find",
          "flock",
          "grep",
          "head",
          "mkdir",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tee");
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

  @TempDir Path temporary;

  private Path root;
  private Path script;
  private Path commands;
  private final Map<String, String> environment = new TreeMap<>();

  @BeforeEach
  void layOutASourceTree() throws IOException {
    root = Files.createDirectories(temporary.resolve("a tree"));
    for (String module : List.of("engine", "autograd", "cuda-kernels", "fabric")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
    }
    Files.createFile(root.resolve("pom.xml"));
    Files.createFile(root.resolve("engine/src/main/Tensor.java"));
    makeEverythingOld();
    script = root.resolve("fabric/bin/fabric");
    Files.createDirectories(script.getParent());
    Files.copy(Path.of("bin", "fabric"), script);

    commands = Files.createDirectory(temporary.resolve("commands"));
    for (String command : COMMANDS) {
      for (String folder : System.getenv("PATH").split(":", -1)) {
        Path real = Path.of(folder, command);
        if (Files.isExecutable(real) && Files.notExists(commands.resolve(command))) {
          executable(commands.resolve(command), "exec " + quoted(real) + " \"$@\"\n");
        }
      }
    }
    mvnThat(
        """
        echo "[INFO] Building Weft Engine 0.1.0 [2/5]"
        mkdir -p fabric/target/lib
        : >fabric/target/lib/weft-fabric-0.1.0.jar
        """);
    environment.put("PATH", commands.toString());
    environment.put("JAVA_HOME", jdk("25.0.1").toString());
  }

  @Test
  void handsItsArgumentsToTheMainClassUnchanged() throws Exception {
    Result result = run("run", "My Train.java", "--", "it's", "$HOME \"*\"", "");

    assertThat(result.status()).isZero();
    assertThat(result.output())
        .endsWith(
            """
            <--module>
            <dev.weft.fabric/dev.weft.fabric.cli.Main>
            <run>
            <My Train.java>
            <-->
            <it's>
            <$HOME "*">
            <>
            """)
        .contains("<--module-path>\n<" + root.toRealPath().resolve("fabric/target/lib") + ">\n");
  }

  @Test
  void opensJshellWithWeftAndTheJarsOfItsClassPath() throws Exception {
    Path tree = root.toRealPath();
    Path jars = Files.createDirectories(tree.resolve("cuda-kernels/target/lib"));
    Files.createFile(jars.resolve("a.jar"));
    Files.createFile(jars.resolve("b.jar"));

    Result result = run("jshell", "-q", "my session.jsh");

    assertThat(result.status()).isZero();
    assertThat(result.output())
        .contains("jshell of 25.0.1\n")
        .contains("<--module-path>\n<" + tree.resolve("fabric/target/lib") + ">\n")
        .contains("<--class-path>\n<" + jars.resolve("a.jar") + ":" + jars.resolve("b.jar") + ">\n")
        .contains("<-R--enable-native-access=dev.weft.engine,dev.weft.fabric,ALL-UNNAMED>\n")
        .endsWith(
            "<--startup>\n<DEFAULT>\n<--startup>\n<"
                + tree.resolve("fabric/bin/weft.jsh")
                + ">\n<-q>\n<my session.jsh>\n");
  }

  @Test
  void buildsOnceAndNamesTheModulesMeanwhile() throws Exception {
    assertThat(run("run").output()).contains("fabric: building Weft Engine ...\n");
    assertThat(run("run").output()).doesNotContain("building");
    assertThat(builds()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "fabric/pom.xml", "engine/src/main/Tensor.java"})
  void buildsAgainWhenAFileIsNewerThanTheJar(String file) throws Exception {
    run("run");
    Files.setLastModifiedTime(root.resolve(file), FileTime.from(Instant.now().plusSeconds(3600)));
    run("run");

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void worksThroughSymbolicLinksFromAnyFolder() throws Exception {
    Path bin = Files.createDirectory(temporary.resolve("my bin"));
    Files.createSymbolicLink(bin.resolve("direct"), script);
    Files.createSymbolicLink(bin.resolve("fabric"), Path.of("direct"));

    Result result = start(Path.of("/"), bin.resolve("fabric").toString(), "run").result();

    assertThat(result.output()).endsWith("<run>\n");
    assertThat(result.status()).isZero();
  }

  @Test
  void passesOverAJdkThatIsTooOld() throws Exception {
    environment.put("JAVA_HOME", jdk("17.0.15").toString());
    environment.put("JAVA_HOME_25_X64", jdk("25.0.2").toString());

    assertThat(run("run").output()).contains("java of 25.0.2\n");
  }

  @Test
  void takesTheJavaOnThePath() throws Exception {
    environment.remove("JAVA_HOME");
    Files.createSymbolicLink(commands.resolve("java"), jdk("26").resolve("bin/java"));

    assertThat(run("run").output()).contains("java of 26\n");
  }

  @Test
  void saysWhichJdkToInstall() throws Exception {
    String text = Files.readString(script);
    assertThat(text).contains("REQUIRED_JDK=25\n");
    Files.writeString(script, text.replace("REQUIRED_JDK=25\n", "REQUIRED_JDK=999\n"));

    Result result = run("run");

    assertThat(result.output())
        .isEqualTo(
            "fabric: no JDK 999 or newer found: install Temurin 999 (https://adoptium.net), "
                + "or set JAVA_HOME to one.\n");
    assertThat(result.status()).isEqualTo(2);
  }

  @Test
  void saysThatMavenIsMissing() throws Exception {
    Files.delete(commands.resolve("mvn"));

    Result result = run("run");

    assertThat(result.output())
        .isEqualTo(
            "fabric: Weft has to be built first, and Maven is not on the PATH: "
                + "install Maven 3.8 or newer, then start again.\n");
    assertThat(result.status()).isEqualTo(2);
  }

  @Test
  void showsTheErrorsOfAFailedBuildAndItsLog() throws Exception {
    mvnThat(
        """
        echo "[INFO] Building Weft Engine 0.1.0 [2/5]"
        echo "[ERROR] Tensor.java:[1,1] no such thing"
        echo "[ERROR] -> [Help 1]"
        echo "[ERROR] advice nobody needs"
        exit 1
        """);

    Result result = run("run");

    Path log = root.toRealPath().resolve("target/fabric-build.log");
    assertThat(result.output())
        .endsWith(
            "fabric: the build failed; its first errors:\nTensor.java:[1,1] no such thing\n"
                + "fabric: Weft could not be built; the whole log is in "
                + log
                + "\n");
    assertThat(result.status()).isEqualTo(2);
    assertThat(log).content().contains("advice nobody needs");
  }

  @ParameterizedTest(name = "with flock: {0}")
  @ValueSource(booleans = {true, false})
  void startsAtTheSameTimeBuildOnce(boolean flock) throws Exception {
    if (!flock) {
      Files.deleteIfExists(commands.resolve("flock"));
    }
    List<Running> starts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      starts.add(start(root, script.toString(), "run"));
    }

    for (Running start : starts) {
      Result result = start.result();
      assertThat(result.output()).endsWith("<run>\n");
      assertThat(result.status()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  // ---- the world around the script ------------------------------------------------------------

  private record Result(int status, String output) {}

  private record Running(Process process, Path output) {
    Result result() throws IOException, InterruptedException {
      int status = process.waitFor();
      return new Result(status, Files.readString(output));
    }
  }

  private Result run(String... arguments) throws IOException, InterruptedException {
    return start(
            root,
            Stream.concat(Stream.of(script.toString()), Stream.of(arguments))
                .toArray(String[]::new))
        .result();
  }

  private Running start(Path folder, String... command) throws IOException {
    Path output = Files.createTempFile(temporary, "output", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    return new Running(builder.start(), output);
  }

  private Path jdk(String version) throws IOException {
    Path home = Files.createDirectories(temporary.resolve("jdk " + version));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    for (String command : List.of("java", "jshell")) {
      executable(
          home.resolve("bin").resolve(command),
          """
          echo "%s of %s"
          for argument; do echo "<$argument>"; done
          """
              .formatted(command, version));
    }
    executable(home.resolve("bin/javac"), "");
    return home;
  }

  private void mvnThat(String does) throws IOException {
    executable(
        commands.resolve("mvn"), "echo built >>%s\n%s".formatted(quoted(buildsFile()), does));
  }

  private long builds() throws IOException {
    return Pattern.compile("built").matcher(Files.readString(buildsFile())).results().count();
  }

  private Path buildsFile() {
    return temporary.resolve("builds");
  }

  private static String quoted(Path path) {
    return "'" + path + "'";
  }

  private static void executable(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, ("#!/bin/sh\n" + body).getBytes(StandardCharsets.UTF_8));
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /**
   * So that the jar, written within the same tick of the file system's clock, is newer for certain.
   */
  private void makeEverythingOld() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.toList().reversed()) {
        Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
      }
    }
  }
}
