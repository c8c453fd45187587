package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fabric.cli.FabricProcess.Result;
import dev.weft.fabric.cli.FabricProcess.Running;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs of several processes, and what becomes of them when one of these fails, is killed or does
 * not come: the others end too, the first cause is told once, and the exit code is not 0.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RankProcessesTest {

  /** What a rank does is its first argument; rank 0 with -0, others by their number. */
  private static final String SCRIPT =
      """
      import module dev.weft.fabric;

      void main(String[] args) throws Exception {
        var options = Options.parse(args);
        if (Environment.current().get("LOCAL_RANK").equals(Optional.of(options.get("absent", "")))) {
          return;
        }
        var timeout = Duration.ofSeconds(options.getLong("timeout", 600));
        var fabric = Fabric.builder().timeout(timeout).build();
        if (options.has("script")) {
          fabric.launch();
          body(fabric, options);
        } else {
          fabric.launch(rank -> body(rank, options));
        }
        IO.println("after " + RankZero.rank());
      }

      void body(Fabric fabric, Options options) throws Exception {
        int rank = fabric.globalRank();
        var sum = fabric.allReduce(Tensor.of(1f * rank), ReduceOp.SUM);
        IO.println("rank " + rank + " " + ProcessHandle.current().pid() + " " + sum.item());
        switch (options.get("rank" + rank, "wait")) {
          case "throw" -> throw new IllegalStateException("boom on " + rank);
          case "exit" -> System.exit(9);
          case "compute" -> { for (long i = 0; ; i++) Thread.onSpinWait(); }
          case "sleep" -> new CountDownLatch(1).await();
          case "end" -> {}
          default -> fabric.barrier();
        }
      }
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void writeTheScript() throws IOException {
    Files.writeString(folder.resolve("Job.java"), SCRIPT);
  }

  @Test
  void ranksFindEachOtherAndGoOnAfterwards() throws Exception {
    Result result = fabric().run("run", "Job.java", "--devices=2");

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out().lines().filter(line -> line.startsWith("rank ")))
        .allMatch(line -> line.endsWith(" 1.0"))
        .extracting(line -> line.substring(0, 6))
        .containsExactlyInAnyOrder("rank 0", "rank 1");
    assertThat(result.out()).contains("after 0\n", "after 1\n");
  }

  @Test
  void anExceptionOfOneRankIsToldOnceAndEndsAll() throws Exception {
    Result result = fabric().run("run", "Job.java", "--devices=3", "--", "--rank2=throw");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            """
            rank 2: java.lang.IllegalStateException: boom on 2
            \tat Job.body(Job.java:24)
            \tat Job.lambda$main$0(Job.java:14)
            \tat Job.main(Job.java:14)
            fabric: rank 2 failed with exit code 1, see its message; the other ranks were stopped
            """);
    assertThat(result.out()).doesNotContain("after");
  }

  @Test
  void anExceptionOfRank0EndsAll() throws Exception {
    Result result = fabric().run("run", "Job.java", "--devices=2", "--", "--rank0=throw");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("java.lang.IllegalStateException: boom on 0\n")
        .hasLineCount(4);
  }

  /** Without a function: each process is a rank from fabric.launch() to its end. */
  @Test
  void scriptsFromTopToBottomEndLikewise() throws Exception {
    Result first =
        fabric().run("run", "Job.java", "--devices=2", "--", "--script", "--rank0=throw");
    Result other =
        fabric()
            .run(
                "run",
                "Job.java",
                "--devices=2",
                "--",
                "--script",
                "--rank0=sleep",
                "--rank1=throw");

    assertThat(first.err())
        .isEqualTo(
            """
            java.lang.IllegalStateException: boom on 0
            \tat Job.body(Job.java:24)
            \tat Job.main(Job.java:12)
            """);
    assertThat(first.code()).isEqualTo(1);
    assertThat(other.err())
        .isEqualTo(
            """
            rank 1: java.lang.IllegalStateException: boom on 1
            \tat Job.body(Job.java:24)
            \tat Job.main(Job.java:12)
            fabric: rank 1 failed with exit code 1, see its message; the other ranks were stopped
            """);
    assertThat(other.code()).isEqualTo(1);
  }

  @Test
  void ranksThatAreThreadsEndLikewise() throws Exception {
    String[] command = {"run", "Job.java", "--devices=2", "--strategy=ddp_spawn", "--", "X"};
    command[5] = "--rank1=throw";
    Result thrown = fabric().run(command);
    command[5] = "--rank1=exit";
    Result exit = fabric().run(command);

    assertThat(thrown.err())
        .isEqualTo(
            """
            rank 1: java.lang.IllegalStateException: boom on 1
            \tat Job.body(Job.java:24)
            \tat Job.lambda$main$0(Job.java:14)
            """);
    assertThat(thrown.code()).isEqualTo(1);
    assertThat(exit.err()).isEmpty();
    assertThat(exit.code()).isEqualTo(9);
  }

  @Test
  void theExitCodeIsThatOfTheRankThatFailed() throws Exception {
    Result result = fabric().run("run", "Job.java", "--devices=2", "--", "--rank1=exit");

    assertThat(result.code()).isEqualTo(9);
    assertThat(result.err())
        .isEqualTo(
            "fabric: rank 1 failed with exit code 9, see its message; the other ranks were"
                + " stopped\n");
  }

  @Test
  void aRankThatNeverLaunchesIsNamed() throws Exception {
    Result result = fabric().run("run", "Job.java", "--devices=2", "--", "--absent=1");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "fabric: rank 1 ended before it had joined the others (does its program launch"
                + " Fabric?); the other ranks were stopped\n");
  }

  @Test
  void aRankThatIsLateIsNamed() throws Exception {
    Result result =
        fabric().run("run", "Job.java", "--devices=2", "--", "--rank1=sleep", "--timeout=2");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("barrier #", "rank 1");
    assertThat(result.err().lines().filter(line -> line.contains("Exception"))).hasSize(1);
  }

  @Test
  void aKilledRankIsNamedAndEndsAll() throws Exception {
    try (var job = Job.start(3, "--rank2=sleep")) {
      job.kill(2);

      Result result = job.running.result();
      assertThat(result.code()).isEqualTo(128 + 9);
      assertThat(result.err())
          .isEqualTo("fabric: rank 2 was killed by signal 9; the other ranks were stopped\n");
      job.awaitEndOfAll();
    }
  }

  @Test
  void aKilledRankEndsRank0EvenInTheMiddleOfAComputation() throws Exception {
    try (var job = Job.start(2, "--rank0=compute", "--rank1=sleep")) {
      job.kill(1);

      assertThat(job.running.result().code()).isEqualTo(128 + 9);
      job.awaitEndOfAll();
    }
  }

  @Test
  void aKilledLauncherTakesItsRanksAlong() throws Exception {
    try (var job = Job.start(3, "--rank1=compute", "--rank2=sleep")) {
      job.kill(0);

      assertThat(job.running.process().waitFor()).isEqualTo(128 + 9);
      job.awaitEndOfAll();
      assertThat(job.running.result().err())
          .isEqualTo(
              "fabric: the process of local rank 0 has gone (was it killed?); its other ranks end"
                  + " too\n");
    }
  }

  @Test
  void aTerminatedLauncherTakesItsRanksAlong() throws Exception {
    try (var job = Job.start(2, "--rank1=compute")) {
      job.running.process().destroy();

      Result result = job.running.result();
      assertThat(result.code()).isEqualTo(128 + 15);
      assertThat(result.err()).isEmpty();
      job.awaitEndOfAll();
    }
  }

  private static FabricProcess fabric() {
    return new FabricProcess(folder);
  }

  /** Ranks that have met. */
  private record Job(Running running, Map<Integer, ProcessHandle> ranks) implements AutoCloseable {

    static Job start(int size, String... arguments) throws IOException {
      var command = new ArrayList<>(List.of("run", "Job.java", "--devices=" + size, "--"));
      command.addAll(List.of(arguments));
      Running running = fabric().startTalking(command.toArray(String[]::new));
      var ranks = new TreeMap<Integer, ProcessHandle>();
      BufferedReader out = running.process().inputReader();
      while (ranks.size() < size) {
        String line = out.readLine();
        assertThat(line).as("before all ranks were there").matches("rank \\d \\d+ \\d\\.0");
        String[] words = line.split(" ");
        ranks.put(
            Integer.valueOf(words[1]), ProcessHandle.of(Long.parseLong(words[2])).orElseThrow());
      }
      return new Job(running, ranks);
    }

    void kill(int rank) {
      assertThat(ranks.get(rank).destroyForcibly()).isTrue();
    }

    void awaitEndOfAll() throws Exception {
      for (ProcessHandle rank : ranks.values()) {
        rank.onExit().get(60, TimeUnit.SECONDS);
      }
    }

    @Override
    public void close() {
      ranks.values().forEach(ProcessHandle::destroyForcibly);
      running.close();
    }
  }
}
