package dev.weft.fabric.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.comm.CollectiveException.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThreadCommunicatorTest extends CommunicatorContract {

  @Override
  List<Communicator> world(int size, Duration timeout) {
    return ThreadCommunicator.world(size, timeout);
  }

  @Test
  void aThreadThatEndsWithoutClosingIsNoticed() throws InterruptedException {
    List<Communicator> world = ThreadCommunicator.world(2);
    Thread brief = Thread.ofPlatform().start(() -> world.get(1).barrier().await());
    world.get(0).barrier().await();
    brief.join();
    assertThatThrownBy(() -> world.get(0).barrier().await())
        .isInstanceOfSatisfying(
            CollectiveException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(Kind.DIED);
              assertThat(e.failedRanks()).containsExactly(1);
            })
        .hasMessageContaining("barrier #1 on rank 0: rank 1 died: its thread ended");
    world.forEach(Communicator::close);
  }

  @Test
  void aWorldOfOneNeedsNobody() {
    try (Communicator single = Communicator.single()) {
      assertThat(single.size()).isEqualTo(1);
      assertThat(single.rank()).isZero();
      assertThat(single.timeout()).isEqualTo(Duration.ofMinutes(30));
      Work work = single.barrier();
      assertThat(work.isDone()).isTrue();
    }
  }

  @Test
  void theExceptionOfAnotherThreadIsTheCause() {
    var boom = new IllegalStateException("boom");
    var outcomes =
        Ranks.outcomes(
            ThreadCommunicator.world(2),
            communicator -> {
              if (communicator.rank() == 1) {
                throw boom;
              }
              communicator.barrier().await();
              return true;
            });
    assertThat(outcomes.get(0).collectiveException()).hasCause(boom);
  }
}
