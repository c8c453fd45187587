package dev.weft.fabric.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import dev.weft.fabric.RankZero;
import dev.weft.fabric.comm.ReduceOp;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadLauncherTest {

  private static final Environment ENVIRONMENT = Environment.of(Map.of("A", "1"));

  @Test
  void everyRankRunsOnceAndRank0Answers() {
    Queue<String> ranks = new ConcurrentLinkedQueue<>();

    String answer =
        launcher(3)
            .launch(
                rank -> {
                  Environment own = Environment.current();
                  ranks.add(
                      rank.ranks()
                          + " "
                          + RankZero.rank()
                          + own.require("LOCAL_RANK")
                          + own.require("WORLD_SIZE")
                          + own.require("A"));
                  own.set("A", "changed");
                  return "rank " + rank.ranks().globalRank();
                });

    assertThat(answer).isEqualTo("rank 0");
    assertThat(ranks)
        .containsExactlyInAnyOrder(
            new Ranks(0, 0, 0, 3) + " 0031",
            new Ranks(1, 1, 0, 3) + " 1131",
            new Ranks(2, 2, 0, 3) + " 2231");
    assertThat(ENVIRONMENT.get("A")).hasValue("1");
  }

  @Test
  void theFirstFailureIsTheCauseAndTheOthersAreWokenUp() {
    var boom = new IllegalStateException("boom");

    assertThatThrownBy(
            () ->
                launcher(3)
                    .launch(
                        rank -> {
                          if (rank.ranks().globalRank() == 1) {
                            throw boom;
                          }
                          rank.communicator().barrier();
                          return null;
                        }))
        .hasMessage("rank 1 failed: " + boom)
        .cause()
        .isSameAs(boom);
  }

  @Test
  void aRankThatWaitsForSomethingElseIsInterrupted() {
    assertThatThrownBy(
            () ->
                launcher(2)
                    .launch(
                        rank -> {
                          if (rank.ranks().globalRank() == 1) {
                            throw new java.io.IOException("disk");
                          }
                          new CountDownLatch(1).await();
                          return null;
                        }))
        .isInstanceOf(RankFailedException.class)
        .hasMessage("rank 1 failed: java.io.IOException: disk");
  }

  @Test
  void aLauncherCanBeUsedAgainAfterAFailure() {
    ThreadLauncher launcher = launcher(2);
    assertThatThrownBy(
            () ->
                launcher.launch(
                    _ -> {
                      throw new IllegalStateException("boom");
                    }))
        .isInstanceOf(RankFailedException.class);

    float sum =
        launcher.launch(
            rank -> {
              Tensor one = Tensor.ones(1);
              rank.communicator().allReduce(one, ReduceOp.SUM).await();
              return one.getFloat(0);
            });

    assertThat(sum).isEqualTo(2);
  }

  @Test
  void aScriptFromTopToBottomCannotBeAThread() {
    assertThatThrownBy(() -> launcher(2).join())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("fabric.launch(f -> …)");
  }

  private static ThreadLauncher launcher(int size) {
    return new ThreadLauncher(size, Duration.ofMinutes(1), ENVIRONMENT);
  }
}
