package dev.weft.fabric.launch;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How this program was started, so that it can be started again for another rank. */
public final class Program {

  private static final Path ARGUMENTS = Path.of("/proc/self/cmdline");

  private Program() {}

  /**
   * The JVM, its flags, the main class and the arguments of this process. A debugger's agent is
   * left out: its port can be taken once.
   *
   * @throws UnsupportedOperationException where the system does not tell
   */
  public static List<String> command() {
    return arguments()
        .map(Program::command)
        .orElseThrow(
            () ->
                new UnsupportedOperationException(
                    "strategy 'ddp' starts this program again for each rank, but the system does"
                        + " not say how it was started; use the fabric command, or strategy"
                        + " 'ddp_spawn', whose ranks are threads"));
  }

  /**
   * The same without its last {@code arguments} ones: the JVM, its flags and the main class, when
   * that many were given to {@code main}. Empty where the system does not tell.
   */
  public static Optional<List<String>> commandWithout(int arguments) {
    return arguments().map(all -> command(all.subList(0, all.size() - arguments)));
  }

  private static List<String> command(List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(java());
    for (String argument : arguments) {
      if (!argument.startsWith("-agentlib:jdwp") && !argument.startsWith("-Xrunjdwp")) {
        command.add(argument);
      }
    }
    return command;
  }

  /** The java command of the JDK that runs this. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Exact on Linux, where the handle's own answer is cut at 4,096 bytes. */
  private static Optional<List<String>> arguments() {
    if (File.separatorChar == '/' && Files.isReadable(ARGUMENTS)) {
      try {
        Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        String[] all = new String(Files.readAllBytes(ARGUMENTS), charset).split("\0", -1);
        return Optional.of(List.of(all).subList(1, all.length - 1));
      } catch (IOException e) {
        // The handle may still know.
      }
    }
    return ProcessHandle.current().info().arguments().map(Arrays::asList);
  }
}
