package dev.weft.fabric.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ranks that are processes, as users run them; one of them is killed. */
@Timeout(60)
class ProcessTest {

  private static final int SIZE = 3;

  @Test
  void aKilledProcessIsNamedByAllOthers() throws Exception {
    JobSecret secret = JobSecret.random();
    List<Process> ranks = new ArrayList<>();
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), SIZE, secret)) {
      for (int rank = 0; rank < SIZE; rank++) {
        ranks.add(start(rendezvous.address().getPort(), rank, SIZE, secret));
      }
      List<BufferedReader> said = ranks.stream().map(Process::inputReader).toList();
      for (BufferedReader each : said) {
        assertThat(each.readLine()).isEqualTo("joined");
        assertThat(each.readLine()).isEqualTo("under way");
      }
      ranks.get(1).destroyForcibly();
      for (int rank : new int[] {0, 2}) {
        assertThat(said.get(rank).readLine())
            .startsWith("caught DIED [1] allReduce #")
            .endsWith("on rank " + rank + ": rank 1 died: the connection ended without a goodbye");
        assertThat(ranks.get(rank).waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(ranks.get(rank).exitValue()).isZero();
      }
    } finally {
      ranks.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void aDeathIsNoticedWhileNoCallIsUnderWay() throws Exception {
    JobSecret secret = JobSecret.random();
    try (var rendezvous = Rendezvous.open(TcpWorld.anyPort(), 2, secret)) {
      Process other = start(rendezvous.address().getPort(), 1, 2, secret);
      try (var communicator = TcpCommunicator.join(rendezvous.address(), 0, 2, secret)) {
        assertThat(other.inputReader().readLine()).isEqualTo("joined");
        other.destroyForcibly();
        while (communicator.failure().isEmpty()) {
          Thread.onSpinWait(); // this rank computes
        }
        assertThatThrownBy(communicator::barrier)
            .isInstanceOf(CollectiveException.class)
            .hasMessage(
                "barrier #0 on rank 0: rank 1 died: the connection ended without a goodbye");
      } finally {
        other.destroyForcibly();
      }
    }
  }

  private static Process start(int port, int rank, int size, JobSecret secret) throws IOException {
    String java = ProcessHandle.current().info().command().orElse("java");
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath()));
    command.add(RankMain.class.getName());
    Stream.of(port, rank, size).map(String::valueOf).forEach(command::add);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    OutputStream out = process.getOutputStream();
    out.write((secret.toHex() + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    return process;
  }

  /**
   * Where the classes of the engine, of this module and of this test lie, on whatever path they
   * came.
   */
  private static String classPath() {
    return Stream.of(Tensor.class, Communicator.class, RankMain.class)
        .map(ProcessTest::home)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String home(Class<?> type) {
    String resource = type.getName().replace('.', '/') + ".class";
    String url = Objects.requireNonNull(type.getResource("/" + resource)).toString();
    String root = url.substring(0, url.length() - resource.length());
    if (root.startsWith("jar:")) {
      root = root.substring("jar:".length(), root.indexOf("!/"));
    }
    try {
      return Path.of(new URI(root)).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(root, e);
    }
  }
}
