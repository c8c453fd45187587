package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * {@code fabric} as a process of its own, with the module path of the test: what it writes goes to
 * files, its cache is in the test's folder, and variables of other launchers are kept from it.
 */
final class FabricProcess {

  private static final long LIMIT_SECONDS = 120;

  /** How it ended, and what it wrote. The JVM's own line about incubator modules is left out. */
  record Result(int code, String out, String err) {}

  private final Path folder;
  private final Map<String, String> environment = new TreeMap<>();

  /**
   * @param folder the working folder of the processes, empty and deleted by the test
   */
  FabricProcess(Path folder) {
    this.folder = folder;
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    environment.put("LOCALAPPDATA", folder.resolve("cache").toString());
  }

  FabricProcess with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Result run(String... arguments) throws IOException, InterruptedException {
    return start(arguments).result();
  }

  /** Writes to files. */
  Running start(String... arguments) throws IOException {
    Path out = Files.createTempFile(folder, "", ".out");
    return start(Redirect.to(out.toFile()), out, arguments);
  }

  /** Its standard output, and that of its ranks, can be read while it runs. */
  Running startTalking(String... arguments) throws IOException {
    return start(Redirect.PIPE, Path.of(""), arguments);
  }

  private Running start(Redirect output, Path out, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--module-path", System.getProperty("jdk.module.path")));
    command.add("--enable-native-access=dev.weft.engine,dev.weft.fabric");
    command.add("-Duser.language=de"); // messages do not depend on it
    command.addAll(List.of("--module", "dev.weft.fabric/" + Main.class.getName()));
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile(folder, "", ".err");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectOutput(output).redirectError(err.toFile());
    builder.environment().keySet().removeIf(FabricProcess::isOfALauncher);
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }

  private static boolean isOfALauncher(String variable) {
    return variable.matches("(LT|MASTER|SLURM|LSB|JSM|PMI|OMPI|TORCHELASTIC|WEFT|JDK_JAVA)_.*")
        || variable.matches("(WORLD_SIZE|RANK|LOCAL_RANK|NODE_RANK|GROUP_RANK|JAVA_TOOL_OPTIONS)");
  }

  /** A process that is under way. */
  record Running(Process process, Path out, Path err) implements AutoCloseable {

    Result result() throws IOException, InterruptedException {
      try (this) {
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
            .as(() -> "the process ends; it wrote: " + read(out) + read(err))
            .isTrue();
        return new Result(
            process.exitValue(), out.toString().isEmpty() ? "" : read(out), read(err));
      }
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }

    private static String read(Path file) {
      try {
        return Files.readString(file)
            .lines()
            .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
      } catch (IOException e) {
        return e.toString();
      }
    }
  }
}
